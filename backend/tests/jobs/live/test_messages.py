"""The job that browsers and programs receive: one golden file, which the frontend's tests read too."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.accounts.models import User
from apps.jobs.live.reading import read_job, read_summaries
from apps.jobs.models import Artifact, Job, Stage, Step

pytestmark = pytest.mark.django_db

GOLDEN = Path(__file__).resolve().parents[4] / "frontend" / "src" / "features" / "jobs" / "job.json"


@pytest.fixture
def golden() -> dict[str, Any]:
    state: dict[str, Any] = json.loads(GOLDEN.read_text())
    return state


def failure(state: dict[str, Any]) -> dict[str, str]:
    error = state["error"] or {"code": "", "message": ""}
    return {"error_code": error["code"], "error_message": error["message"]}


def save(state: dict[str, Any]) -> Job:
    """Make the rows that the state is read from."""
    columns = ("id", "kind", "run", "status", "priority", "version", "stage", "message", "options", "artifacts_total")
    times = ("created_at", "queued_at", "started_at", "finished_at")
    job = Job.objects.create(
        **{name: state[name] for name in (*columns, *times, "result")},
        **failure(state),
        least_progress=state["progress"],
        owner=User.objects.create_user("ada"),
        source_name=state["source"]["name"],
        source_size=state["source"]["size"],
    )
    counts = ("name", "queue", "total", "completed", "failed", "cancelled")
    stages = {
        stage["name"]: Stage.objects.create(job=job, position=position, **{name: stage[name] for name in counts})
        for position, stage in enumerate(state["stages"])
    }
    for position, step in enumerate(state["steps"]):
        own = {name: value for name, value in step.items() if name not in ("error", "stage")}
        Step.objects.create(
            job=job, stage=stages[step["stage"]], owner=job.owner, position=position, **own, **failure(step)
        )
    for artifact in state["artifacts"]:
        own = {name: value for name, value in artifact.items() if name not in ("url", "step")}
        Artifact.objects.create(job=job, path="somewhere", step_id=artifact["step"], **own)
    return job


def test_job_is_told_as_the_golden_file_says(golden: dict[str, Any]) -> None:
    state = read_job(save(golden).pk)
    assert state
    assert state.model_dump(mode="json") == golden


def test_list_tells_the_same_without_steps_artifacts_and_result(golden: dict[str, Any]) -> None:
    save(golden)
    for name in ("steps", "artifacts", "result", "result_url"):
        del golden[name]
    assert read_summaries(Job.objects.all())[0].model_dump(mode="json") == golden
