"""What was lost is found: by rounds, not by a clock, by whoever takes the turn."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs.engine import reconcile as reconciling
from apps.jobs.engine.attempt import claim
from apps.jobs.engine.reconcile import MAX_MISSED, ROUND, reconcile, reconcile_in_turn, take_turn
from apps.jobs.models import Job, JobStatus, Stage, Step, StepStatus, Turn, Worker
from apps.jobs.services import submit_job
from tests.jobs.conftest import Broker, only_step

pytestmark = pytest.mark.django_db(transaction=True)


def silence(worker: Worker, seconds: float = 3600) -> None:
    Worker.objects.filter(pk=worker.pk).update(seen_at=timezone.now() - timedelta(seconds=seconds))


def test_steps_of_a_worker_that_is_silent_for_some_rounds_are_queued_again(
    job: Job, broker: Broker, worker: Worker
) -> None:
    claim("ingestion_io", holder=broker.holder, task_id="one")
    silence(worker)
    for _ in range(MAX_MISSED - 1):
        reconcile()
    assert only_step(job).status == StepStatus.PROCESSING
    reconcile()
    step = only_step(job)
    assert (step.status, step.losses, step.held_by, step.task_id) == (StepStatus.QUEUED, 1, None, "")
    assert not Worker.objects.exists()
    broker.catch_up()
    job.refresh_from_db()
    assert job.status == JobStatus.COMPLETED


def test_nobody_is_taken_for_dead_because_no_round_could_be_held(job: Job, broker: Broker, worker: Worker) -> None:
    claim("ingestion_io", holder=broker.holder, task_id="one")
    silence(worker)  # so is everybody, after a database that was away or a laptop that slept
    reconcile()
    Worker.objects.filter(pk=worker.pk).update(seen_at=timezone.now(), missed=0)  # its next sign of life
    for _ in range(MAX_MISSED):
        reconcile()
    assert only_step(job).status == StepStatus.PROCESSING


def test_workers_of_equal_names_are_two(job: Job, broker: Broker, worker: Worker) -> None:
    now = timezone.now()
    dead = Worker.objects.create(id="00000000-0000-0000-0000-000000000001", name="test", started_at=now, seen_at=now)
    claim("ingestion_io", holder=broker.holder, task_id="one")
    silence(dead)
    for _ in range(MAX_MISSED):
        reconcile()
    assert list(Worker.objects.all()) == [worker]
    assert only_step(job).status == StepStatus.PROCESSING


def test_step_whose_worker_was_forgotten_is_queued_again(job: Job, broker: Broker) -> None:
    claim("ingestion_io", holder=broker.holder, task_id="one")
    reconcile()
    assert only_step(job).status == StepStatus.PROCESSING  # its worker may be about to show itself
    Step.objects.update(started_at=timezone.now() - timedelta(minutes=1))
    reconcile()
    assert only_step(job).status == StepStatus.QUEUED


def test_step_becomes_due_when_its_time_has_come(job: Job) -> None:
    Step.objects.update(retry_at=timezone.now() + timedelta(seconds=30))
    reconcile()
    assert only_step(job).retry_at
    Step.objects.update(retry_at=timezone.now() - timedelta(seconds=1))
    reconcile()
    assert only_step(job).retry_at is None


def test_stage_whose_last_step_ended_is_closed(job: Job) -> None:
    Step.objects.update(status=StepStatus.FAILED, error_code="TIMEOUT", error_message="too long")
    Stage.objects.filter(name="split").update(failed=1)
    reconcile()
    job.refresh_from_db()
    assert (job.status, job.error_code) == (JobStatus.FAILED, "TIMEOUT")


def test_one_takes_the_turn() -> None:
    assert take_turn("duty", ROUND)
    assert not take_turn("duty", ROUND)
    Turn.objects.update(taken_at=timezone.now() - ROUND - timedelta(seconds=1))
    assert take_turn("duty", ROUND)
    assert not take_turn("duty", ROUND)


def test_round_is_held_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[None] = []
    monkeypatch.setattr(reconciling, "reconcile", lambda: rounds.append(None))
    reconcile_in_turn()
    reconcile_in_turn()
    assert len(rounds) == 1


def test_queue_without_worker_is_told_to_the_owner_until_a_step_starts(
    job: Job, broker: Broker, owner: User, settings: Settings
) -> None:
    settings.JOBS_NO_WORKER_AFTER = 120
    reconcile()
    assert Job.objects.get(pk=job.pk).message == ""
    Turn.objects.update(taken_at=timezone.now() - timedelta(seconds=121))
    later, _ = submit_job(owner=owner, kind="probe")
    reconcile()
    job.refresh_from_db()
    assert "No worker has served the queue ingestion_io for 120 s" in job.message
    version = job.version
    reconcile()
    assert Job.objects.get(pk=job.pk).version == version  # told once
    assert Job.objects.get(pk=later.pk).stalled
    claim("ingestion_io", holder=broker.holder, task_id="one")
    job.refresh_from_db()
    assert (job.message, job.stalled) == ("", False)


def test_queue_whose_worker_is_back_in_time_is_not_complained_of(job: Job, worker: Worker) -> None:
    Turn.objects.create(duty="unserved ingestion_io", taken_at=timezone.now() - timedelta(hours=1))
    reconcile()
    assert not Turn.objects.filter(duty__startswith="unserved").exists()
    assert Job.objects.get(pk=job.pk).message == ""
