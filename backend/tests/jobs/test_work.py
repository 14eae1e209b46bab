"""The life of a step: claim with a fence, bounded attempts, one start of each stage."""

import errno
import time
from types import SimpleNamespace

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import ProgrammingError

from apps.jobs.failures import DISK_FULL, ErrorCode, JobError
from apps.jobs.engine.interruptions import Interrupted
from apps.jobs.models import Job, JobStatus, Step, StepStatus
from apps.jobs.pipelines import Json, Run
from apps.jobs.engine.progress import changing
from apps.jobs.services import retry_job
from apps.jobs.engine.work import MOST_LOSSES, advance, claim, run_step
from tests.jobs.conftest import Broker, Functions, expire_lease, only_step

pytestmark = pytest.mark.django_db(transaction=True)


def test_job_runs_through_its_stages_to_its_result(job: Job, broker: Broker) -> None:
    broker.deliver()
    job.refresh_from_db()
    assert (job.status, job.progress, job.result) == (JobStatus.COMPLETED, 100, {"drawn": "part 0"})
    assert [step.label for step in job.steps.all()] == ["split", "part 0", "part 1"]
    assert job.queued_at
    assert job.started_at
    assert job.finished_at


def test_message_that_comes_twice_changes_nothing(job: Job, broker: Broker, probe: Functions) -> None:
    runs: list[str] = []
    probe.draw = lambda run: runs.append(run.label)
    broker.messages *= 2
    broker.deliver()
    broker.messages = [step.pk for step in job.steps.all()]
    broker.deliver()
    assert sorted(runs) == ["part 0", "part 1"]


def test_step_on_a_live_lease_is_not_taken(job: Job) -> None:
    step = only_step(job)
    assert claim(step.pk, worker="one", task_id="first")
    assert claim(step.pk, worker="two", task_id="second") is None
    assert claim(step.pk, worker="two", task_id="second", predecessor_is_dead=True) is None  # that died was another


def test_step_is_taken_when_its_lease_ran_out_or_celery_says_that_its_run_is_dead(job: Job) -> None:
    step = only_step(job)
    claim(step.pk, worker="one", predecessor_is_dead=False)
    expire_lease(step)
    second = claim(step.pk, worker="two", predecessor_is_dead=False)
    assert second
    assert second.attempt == 2
    third = claim(step.pk, worker="three", predecessor_is_dead=True)
    assert third
    assert third.attempt == 3


def test_run_given_up_for_dead_cannot_write(job: Job, broker: Broker, probe: Functions) -> None:
    def outlive_the_lease(run: Run) -> Json:
        expire_lease(only_step(job))
        claim(run.step_id, worker="successor", predecessor_is_dead=False)  # type: ignore[attr-defined]
        run.save_artifact("late.txt", b"late", "text/plain")
        return {"parts": 1}

    probe.split = outlive_the_lease
    broker.deliver()
    step = only_step(job)
    assert (step.status, step.attempt, step.worker) == (StepStatus.PROCESSING, 2, "successor")
    assert not job.artifacts.exists()


def test_step_that_loses_every_worker_fails_with_worker_lost(job: Job) -> None:
    step = only_step(job)
    for _ in range(MOST_LOSSES):
        assert claim(step.pk, worker="doomed", predecessor_is_dead=True)
    run_step(step.pk, worker="last", predecessor_is_dead=True)
    job.refresh_from_db()
    assert (job.status, job.error_code) == (JobStatus.FAILED, ErrorCode.WORKER_LOST)
    assert only_step(job).status == StepStatus.FAILED


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


def test_kind_that_was_removed_fails_the_job(job: Job, broker: Broker) -> None:
    Job.objects.update(kind="gone")
    broker.deliver()
    job.refresh_from_db()
    assert job.error_code == ErrorCode.UNKNOWN_KIND


def test_stage_is_started_once(job: Job, broker: Broker) -> None:
    run_step(broker.messages.pop(), worker="test", predecessor_is_dead=False)
    assert job.steps.filter(stage="draw").count() == 2
    with changing(job.pk) as held:
        advance(held)
    assert job.steps.count() == 3


def test_progress_never_falls_although_an_attempt_starts_anew(job: Job, broker: Broker, probe: Functions) -> None:
    seen: list[float] = []

    def split(run: Run) -> Json:
        run.report(80)
        seen.append(Job.objects.get(pk=job.pk).progress)
        return {"parts": 1}

    probe.split = split
    step = only_step(job)
    run_step(step.pk, worker="one", predecessor_is_dead=False)
    Step.objects.filter(pk=step.pk).update(status=StepStatus.QUEUED)
    Job.objects.filter(pk=job.pk).update(stage="split")
    claim(step.pk, worker="two", predecessor_is_dead=False)
    job.refresh_from_db()
    assert seen == [20]  # 80 % of a stage that weighs 1 of 4
    assert job.progress == 25


def test_every_change_raises_the_version(job: Job, broker: Broker, probe: Functions) -> None:
    versions = []
    probe.draw = lambda run: versions.append(Job.objects.get(pk=job.pk).version)
    broker.deliver()
    job.refresh_from_db()
    versions.append(job.version)
    assert versions == sorted(set(versions))


def test_signal_that_was_for_another_step_has_the_run_repeated(job: Job, broker: Broker, probe: Functions) -> None:
    def split(run: Run) -> Json:
        if run.attempt == 1:
            raise SoftTimeLimitExceeded
        return {"parts": 1}

    probe.split = split
    step = only_step(job)
    with pytest.raises(Interrupted):
        run_step(step.pk, worker="one", task_id="task-1")
    run_step(step.pk, worker="one", task_id="task-1", predecessor_is_dead=True)
    assert Step.objects.get(pk=step.pk).status == StepStatus.COMPLETED


def test_run_past_its_soft_limit_is_a_timeout(
    job: Job, broker: Broker, probe: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def split(run: Run) -> Json:
        monkeypatch.setattr("apps.jobs.engine.work.time", SimpleNamespace(monotonic=lambda: time.monotonic() + 50))
        raise SoftTimeLimitExceeded

    probe.split = split
    broker.deliver()
    job.refresh_from_db()
    assert (job.status, job.error_code) == (JobStatus.FAILED, ErrorCode.TIMEOUT)


def test_time_limit_that_comes_up_as_another_error_is_a_timeout_all_the_same(
    job: Job, broker: Broker, probe: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def split(run: Run) -> Json:
        monkeypatch.setattr("apps.jobs.engine.work.time", SimpleNamespace(monotonic=lambda: time.monotonic() + 50))
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
