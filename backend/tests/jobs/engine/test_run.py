"""The life of a step: claim with a fence, bounded attempts, one start of each stage."""

import errno
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, ProgrammingError, connection

from apps.accounts.models import User
from apps.jobs.engine import statements
from apps.jobs.engine.attempt import Holder, LostClaim, claim
from apps.jobs.engine.interruptions import Interrupted
from apps.jobs.engine.losses import MAX_LOSSES, release, time_out
from apps.jobs.engine.stages import close_stage
from apps.jobs.failures import DISK_FULL, ErrorCode, JobError, TransientError
from apps.jobs.live.reading import percent_done
from apps.jobs.models import Job, JobStatus, StepStatus
from apps.jobs.pipelines import Json, Run, registry
from apps.jobs.services import cancel_job, retry_job
from apps.jobs.storage import files
from tests.jobs.conftest import Broker, Functions, only_step

pytestmark = pytest.mark.django_db(transaction=True)


def test_job_runs_through_its_stages_to_its_result(job: Job, broker: Broker) -> None:
    broker.deliver()
    job.refresh_from_db()
    assert (job.status, percent_done(job), job.result) == (JobStatus.COMPLETED, 100, {"drawn": "part 0"})
    assert [step.label for step in job.steps.all()] == ["split", "part 0", "part 1"]
    assert job.queued_at
    assert job.started_at
    assert job.finished_at


def test_permit_that_comes_twice_changes_nothing(job: Job, broker: Broker, probe: Functions) -> None:
    runs: list[str] = []
    probe.draw = lambda run: runs.append(run.label)
    broker.permits *= 2
    outcomes = broker.deliver()
    broker.permits = ["ingestion_io", "charts_cpu"]
    assert sorted(runs) == ["part 0", "part 1"]
    assert outcomes[1] == broker.deliver()[0] == "no step of ingestion_io was due"


def test_step_that_is_held_is_not_taken(job: Job, broker: Broker) -> None:
    assert claim("ingestion_io", holder=broker.holder, task_id="first")
    assert claim("ingestion_io", holder=broker.holder, task_id="second") is None


def test_attempt_given_up_for_dead_cannot_write(job: Job, broker: Broker, probe: Functions) -> None:
    message = ""

    def outlive(run: Run) -> Json:
        nonlocal message
        release(only_step(job))
        assert claim("ingestion_io", holder=Holder(uuid4(), "successor"), task_id="second")
        writes: list[Callable[[], None]] = [
            lambda: run.report(50, "late"),
            lambda: run.save_artifact("late.txt", b"late", "text/plain"),
            lambda: run.save_file("late", b"late"),
            lambda: run.checkpoint({"late": True}),
        ]
        for write in writes:
            with pytest.raises(LostClaim):
                write()
        message = Job.objects.get(pk=job.pk).message
        return {"parts": 1}

    probe.split = outlive
    broker.deliver()
    step = only_step(job)
    assert (step.status, step.attempt, step.worker) == (StepStatus.PROCESSING, 2, "successor")
    assert step.checkpoint is None
    assert (job.artifacts.count(), message) == (0, "")
    assert job.stages.get(name="split").ended == 0


def test_step_that_loses_every_worker_fails_with_worker_lost(job: Job, broker: Broker) -> None:
    for _ in range(MAX_LOSSES):
        assert claim("ingestion_io", holder=broker.holder, task_id="doomed")
        release(only_step(job))
    job.refresh_from_db()
    assert (job.status, job.error_code) == (JobStatus.FAILED, ErrorCode.WORKER_LOST)
    assert (only_step(job).status, only_step(job).attempt) == (StepStatus.FAILED, MAX_LOSSES)


def test_loss_that_is_reported_twice_counts_once(job: Job, broker: Broker) -> None:
    claim("ingestion_io", holder=broker.holder, task_id="doomed")
    step = only_step(job)
    release(step)
    release(step)
    assert only_step(job).losses == 1


def test_step_that_is_cancelled_between_claim_and_begin_is_not_run(job: Job, broker: Broker) -> None:
    step = statements.claim(queue="ingestion_io", worker_id=uuid4(), worker_name="test", task_id="one")
    assert step
    cancel_job(job.pk)
    assert statements.begin(step.fence) is None
    assert Job.objects.get(pk=job.pk).status == JobStatus.CANCELLED


def test_late_word_of_a_lost_attempt_takes_nothing_from_its_successor(job: Job, broker: Broker) -> None:
    claim("ingestion_io", holder=broker.holder, task_id="doomed")
    lost = only_step(job)
    release(lost)
    claim("ingestion_io", holder=broker.holder, task_id="successor")
    release(lost)
    time_out(lost)
    step = only_step(job)
    assert (step.status, step.attempt, step.losses) == (StepStatus.PROCESSING, 2, 1)
    assert Job.objects.get(pk=job.pk).status == JobStatus.PROCESSING


def test_job_of_a_deactivated_user_is_not_run(job: Job, broker: Broker, owner: User) -> None:
    User.objects.update(is_active=False)
    broker.deliver()
    job.refresh_from_db()
    assert (job.status, job.error_code) == (JobStatus.FAILED, ErrorCode.USER_NOT_FOUND)


def test_error_of_a_step_fails_the_job_after_its_siblings_finished(job: Job, broker: Broker, probe: Functions) -> None:
    def draw(run: Run) -> Json:
        if run.label == "part 0":
            raise JobError(ErrorCode.PROCESSING_ERROR, "Column 3 holds no numbers.")
        return {}

    probe.draw = draw
    broker.deliver()
    job.refresh_from_db()
    assert (job.status, job.error_code) == (JobStatus.FAILED, ErrorCode.PROCESSING_ERROR)
    assert job.error_message == "Column 3 holds no numbers."
    assert [step.status for step in job.steps.all()] == ["completed", "failed", "completed"]


def test_unexpected_error_is_an_internal_error_without_its_text(job: Job, broker: Broker, probe: Functions) -> None:
    probe.split = lambda run: {"parts": 1 // 0}
    broker.deliver()
    job.refresh_from_db()
    assert job.error_code == ErrorCode.INTERNAL_ERROR
    assert "division" not in job.error_message


def test_worker_that_does_not_know_a_kind_yet_has_it_tried_again(
    job: Job, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.jobs.engine.run.retry_delay", lambda retry, retry_after: 0)
    known = registry._pipelines.pop("probe")
    broker.deliver()
    step = only_step(job)
    assert (step.status, step.error_code) == ("queued", ErrorCode.UNKNOWN_KIND)
    registry._pipelines["probe"] = known
    broker.catch_up()
    job.refresh_from_db()
    assert job.status == JobStatus.COMPLETED


def test_kind_that_was_removed_fails_the_job(job: Job, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.jobs.engine.run.retry_delay", lambda retry, retry_after: 0)
    monkeypatch.delitem(registry._pipelines, "probe")
    broker.catch_up()
    job.refresh_from_db()
    assert (job.status, job.error_code) == (JobStatus.FAILED, ErrorCode.UNKNOWN_KIND)


def test_stage_is_closed_once(job: Job, broker: Broker) -> None:
    broker.run(broker.permits.pop())
    close_stage(job.pk)
    assert job.steps.filter(stage__name="draw").count() == 2
    broker.deliver()
    version = Job.objects.get(pk=job.pk).version
    close_stage(job.pk)
    assert Job.objects.get(pk=job.pk).version == version


def test_progress_never_falls_although_an_attempt_starts_anew(job: Job, broker: Broker, probe: Functions) -> None:
    def split(run: Run) -> Json:
        run.report(80)
        release(only_step(job))
        return {"parts": 1}

    probe.split = split
    broker.deliver()
    assert only_step(job).progress == 0
    assert percent_done(Job.objects.get(pk=job.pk)) == 20  # 80 % of a stage that weighs 1 of 4


def test_replaced_artifact_takes_its_file_along(job: Job, broker: Broker, probe: Functions, tmp_path: Path) -> None:
    def split(run: Run) -> Json:
        run.save_artifact("sum.txt", b"first", "text/plain")
        run.save_artifact("sum.txt", b"second", "text/plain")
        return {"parts": 1}

    probe.split = split
    broker.deliver()
    job.refresh_from_db()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in files] == [b"second"]
    assert (job.artifacts.count(), job.artifacts_total) == (1, 1)


def test_files_of_earlier_attempts_are_removed_unless_they_are_shown(
    job: Job, broker: Broker, probe: Functions, tmp_path: Path
) -> None:
    def split(run: Run) -> Json:
        if run.attempt == 1:
            run.save_artifact("kept.txt", b"kept", "text/plain")
            files.save(files.attempt_path(run.job_id, only_step(job).pk, 1, "half"), b"half written")
            release(only_step(job))
            raise LostClaim
        return {"parts": 1}

    probe.split = split
    broker.deliver()
    broker.catch_up()
    assert [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()] == [b"kept"]


def test_result_that_the_database_refuses_fails_the_step(job: Job, broker: Broker, probe: Functions) -> None:
    probe.split = lambda run: {"parts": object()}
    broker.deliver()
    job.refresh_from_db()
    assert job.error_code == ErrorCode.PROCESSING_ERROR


def test_every_change_raises_the_version(job: Job, broker: Broker, probe: Functions) -> None:
    versions = []
    probe.draw = lambda run: versions.append(Job.objects.get(pk=job.pk).version)
    broker.deliver()
    job.refresh_from_db()
    versions.append(job.version)
    assert versions == sorted(set(versions))


def test_signal_that_was_for_another_step_breaks_the_run_off(job: Job, broker: Broker, probe: Functions) -> None:
    def split(run: Run) -> Json:
        if run.attempt == 1:
            raise SoftTimeLimitExceeded
        return {"parts": 1}

    probe.split = split
    with pytest.raises(Interrupted):
        broker.deliver()
    assert only_step(job).status == StepStatus.PROCESSING
    release(only_step(job))
    broker.catch_up()
    job.refresh_from_db()
    assert job.status == JobStatus.COMPLETED


def test_run_whose_end_the_database_could_not_take_down_is_broken_off(
    job: Job, broker: Broker, probe: Functions
) -> None:
    def refuse(*_: Any) -> Any:
        connection.execute_wrappers.remove(refuse)
        raise OperationalError("gone")

    def split(run: Run) -> Json:
        connection.execute_wrappers.append(refuse)
        return {"parts": 1}

    probe.split = split
    with pytest.raises(Interrupted):
        broker.deliver()
    assert only_step(job).status == StepStatus.PROCESSING


def test_attempt_killed_at_the_hard_limit_ends_as_a_timeout(job: Job, broker: Broker) -> None:
    claim("ingestion_io", holder=broker.holder, task_id="task-1")
    time_out(only_step(job))
    job.refresh_from_db()
    assert (job.status, job.error_code) == (JobStatus.FAILED, ErrorCode.TIMEOUT)
    assert "60 s" in job.error_message


def test_run_past_its_soft_limit_is_a_timeout(
    job: Job, broker: Broker, probe: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def split(run: Run) -> Json:
        monkeypatch.setattr("apps.jobs.engine.run.time", SimpleNamespace(monotonic=lambda: time.monotonic() + 50))
        raise SoftTimeLimitExceeded

    probe.split = split
    broker.deliver()
    job.refresh_from_db()
    assert (job.status, job.error_code) == (JobStatus.FAILED, ErrorCode.TIMEOUT)


def test_time_limit_that_comes_up_as_another_error_is_a_timeout_all_the_same(
    job: Job, broker: Broker, probe: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def split(run: Run) -> Json:
        monkeypatch.setattr("apps.jobs.engine.run.time", SimpleNamespace(monotonic=lambda: time.monotonic() + 50))
        try:
            raise SoftTimeLimitExceeded
        finally:
            raise ProgrammingError("the driver's cleaning up went wrong")

    probe.split = split
    broker.deliver()
    job.refresh_from_db()
    assert (job.status, job.error_code) == (JobStatus.FAILED, ErrorCode.TIMEOUT)


def test_full_disk_is_said_to_be_full_and_the_job_can_be_retried(job: Job, broker: Broker, probe: Functions) -> None:
    def split(run: Run) -> Json:
        if run.attempt == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return {"parts": 1}

    probe.split = split
    broker.deliver()
    job.refresh_from_db()
    assert (job.error_code, job.error_message) == (ErrorCode.PROCESSING_ERROR, DISK_FULL)
    retry_job(job.pk)
    broker.deliver()
    job.refresh_from_db()
    assert job.status == JobStatus.COMPLETED


@pytest.mark.parametrize("ending", ["cancelled", "failed", "tried later"])
def test_progress_does_not_fall_with_a_running_step_that_ends_otherwise(
    job: Job, broker: Broker, probe: Functions, ending: str
) -> None:
    def split(run: Run) -> Json:
        run.report(80)
        if ending == "cancelled":
            cancel_job(job.pk)
        raise JobError(ErrorCode.PROCESSING_ERROR) if ending == "failed" else TransientError(ErrorCode.UPSTREAM_ERROR)

    probe.split = split
    broker.deliver()
    assert percent_done(Job.objects.get(pk=job.pk)) == 20
