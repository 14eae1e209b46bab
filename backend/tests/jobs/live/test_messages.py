"""The job that browsers and programs receive: one golden file, which the frontend's tests read too."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from apps.jobs.live.messages import job_state, job_summary, with_parts
from apps.jobs.models import Artifact, Job, Step

pytestmark = pytest.mark.django_db

GOLDEN = Path(__file__).resolve().parents[3] / "frontend" / "src" / "features" / "jobs" / "job.json"


@pytest.fixture
def golden() -> dict[str, Any]:
    state: dict[str, Any] = json.loads(GOLDEN.read_text())
    return state


def failure(state: dict[str, Any]) -> dict[str, str]:
    error = state["error"] or {"code": "", "message": ""}
    return {"error_code": error["code"], "error_message": error["message"]}


def save(state: dict[str, Any]) -> None:
    """Make the rows that the state is read from."""
    derived = ("stages", "steps", "artifacts", "error", "source")
    job = Job.objects.create(
        **{name: value for name, value in state.items() if name not in derived},
        **failure(state),
        owner=User.objects.create_user("ada"),
        source_name=state["source"]["name"],
        source_size=state["source"]["size"],
        stages=[{"name": stage["name"], "queue": stage["queue"], "weight": 1} for stage in state["stages"]],
    )
    for position, step in enumerate(state["steps"]):
        columns = {name: value for name, value in step.items() if name != "error"}
        Step.objects.create(job=job, position=position, **columns, **failure(step))
    for artifact in state["artifacts"]:
        columns = {name: value for name, value in artifact.items() if name != "url"}
        Artifact.objects.create(job=job, path="somewhere", **columns)


def test_job_is_told_as_the_golden_file_says(golden: dict[str, Any]) -> None:
    save(golden)
    assert job_state(with_parts(Job.objects.all()).get()).model_dump(mode="json") == golden


def test_list_tells_the_same_without_steps(golden: dict[str, Any]) -> None:
    save(golden)
    del golden["steps"]
    assert job_summary(with_parts(Job.objects.all()).get()).model_dump(mode="json") == golden
