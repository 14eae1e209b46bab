"""What a step logs and prints is kept with it: the last lines of each attempt, also when its process dies."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from apps.accounts.models import User
from apps.jobs.engine import step_log
from apps.jobs.failures import ErrorCode, TransientError
from apps.jobs.models import Job, Step, StepLines
from apps.jobs.pipelines import Json, Run
from apps.jobs.services import delete_job
from tests.jobs.conftest import Broker, Functions

pytestmark = pytest.mark.django_db(transaction=True)

log = logging.getLogger("pipelines.probe")


def read(client: Client, job: Job) -> list[dict[str, Any]]:
    step = job.steps.order_by("pk")[0]
    lines: list[dict[str, Any]] = client.get(f"/api/jobs/{job.pk}/steps/{step.pk}/log/").json()["lines"]
    return lines


def split_with(function: Callable[[Run], None], probe: Functions, broker: Broker) -> None:
    def split(run: Run) -> Json:
        function(run)
        return {"parts": 1}

    probe.split = split
    broker.run("ingestion_io")


def test_lines_of_all_attempts_are_read_in_their_order(
    job: Job, probe: Functions, broker: Broker, client: Client
) -> None:
    def split(run: Run) -> None:
        log.info("Attempt %s", run.attempt)
        log.debug("not asked for")
        if run.attempt == 1:
            raise TransientError(ErrorCode.UPSTREAM_ERROR)
        try:
            raise ValueError("héllo 世界")
        except ValueError:
            log.exception("It went on")

    split_with(split, probe, broker)
    Step.objects.update(retry_at=None)
    broker.run("ingestion_io")
    client.force_login(job.owner)
    lines = read(client, job)
    assert [(line["attempt"], line["level"], line["text"].partition("\n")[0]) for line in lines] == [
        (1, "INFO", "Attempt 1"),
        (2, "INFO", "Attempt 2"),
        (2, "ERROR", "It went on"),
    ]
    assert "ValueError: héllo 世界" in lines[2]["text"]


def test_last_lines_are_kept_and_long_ones_cut(job: Job, probe: Functions, broker: Broker, client: Client) -> None:
    def split(run: Run) -> None:
        for number in range(1000):
            log.info("line %s", number)
        log.info("x" * 5000)

    split_with(split, probe, broker)
    client.force_login(job.owner)
    lines = read(client, job)
    assert len(lines) == step_log.MAX_LINES
    assert lines[0]["text"] == "line 801"
    assert len(lines[-1]["text"]) == step_log.MAX_LINE


def test_all_lines_of_a_step_have_a_size(job: Job, probe: Functions, broker: Broker) -> None:
    def split(run: Run) -> None:
        for _ in range(300):
            log.info("x" * 5000)

    split_with(split, probe, broker)
    [row] = StepLines.objects.all()
    assert sum(len(text) for _, _, text in row.lines) <= step_log.MAX_CHARACTERS


def test_step_that_says_nothing_writes_nothing(job: Job, broker: Broker) -> None:
    broker.deliver()
    assert not StepLines.objects.exists()


def test_lines_of_the_engine_are_not_the_steps_own(job: Job, probe: Functions, broker: Broker) -> None:
    split_with(lambda run: logging.getLogger("apps.jobs.engine.run").error("a matter of the engine"), probe, broker)
    assert not StepLines.objects.exists()


def test_what_is_logged_outside_of_steps_is_kept_nowhere(db: None) -> None:
    log.info("nobody's")
    assert not StepLines.objects.exists()


def test_lines_are_there_while_the_step_still_runs(job: Job, probe: Functions, broker: Broker) -> None:
    seen: list[Any] = []

    def split(run: Run) -> None:
        log.info("calling")
        for kept in step_log.keeper._logs:  # as its thread does every second, which tests don't start
            kept.save()
        seen.extend(StepLines.objects.get().lines)

    split_with(split, probe, broker)
    assert [text for _, _, text in seen] == ["calling"]


def test_lines_of_a_deleted_job_are_gone_and_hurt_nobody(job: Job, probe: Functions, broker: Broker) -> None:
    def split(run: Run) -> None:
        log.info("too late")
        delete_job(job.pk)

    split_with(split, probe, broker)
    assert not StepLines.objects.exists()


def test_lines_that_cannot_be_saved_are_saved_later(
    job: Job, probe: Functions, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(StepLines.objects, "bulk_create", refuse)
    split_with(lambda run: log.info("the last words"), probe, broker)
    assert Step.objects.get(label="split").status == "completed"
    monkeypatch.undo()
    [kept] = step_log.keeper._logs
    kept.save()
    assert StepLines.objects.get().lines[0][2] == "the last words"
    step_log.keeper._logs.clear()


def test_log_of_a_stranger_is_not_found(job: Job, client: Client, broker: Broker) -> None:
    client.force_login(User.objects.create_user("eve"))
    assert client.get(f"/api/jobs/{job.pk}/steps/{job.steps.get().pk}/log/").status_code == 404
