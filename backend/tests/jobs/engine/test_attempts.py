"""What became of an attempt is kept when another follows: failed, tried again, lost or cancelled."""

import pytest

from apps.jobs.engine import retries
from apps.jobs.engine.attempt import claim
from apps.jobs.engine.losses import LOST, release
from apps.jobs.failures import ErrorCode, JobError, TransientError
from apps.jobs.models import Job, PastAttempt, Step
from apps.jobs.pipelines import Json, Run
from apps.jobs.services import cancel_job, retry_job
from tests.jobs.conftest import Broker, Functions

pytestmark = pytest.mark.django_db(transaction=True)


def kept() -> list[tuple[int, str, str, str]]:
    return list(PastAttempt.objects.values_list("attempt", "status", "error_code", "error_message"))


def test_attempt_that_completes_costs_nothing(job: Job, broker: Broker) -> None:
    broker.deliver()
    assert kept() == []


def test_attempt_that_failed_is_kept_with_its_traceback(job: Job, broker: Broker, probe: Functions) -> None:
    def split(run: Run) -> Json:
        raise ValueError("nobody meant this")

    probe.split = split
    broker.deliver()
    [attempt] = PastAttempt.objects.all()
    assert (attempt.attempt, attempt.status, attempt.error_code) == (1, "failed", "INTERNAL_ERROR")
    assert (attempt.worker, attempt.started_at) == ("test", Step.objects.get().started_at)
    assert attempt.traceback.endswith("ValueError: nobody meant this\n")
    assert "in split" in attempt.traceback
    retry_job(job.pk)
    assert len(kept()) == 1


def test_attempts_before_the_one_that_passed_are_kept(
    job: Job, broker: Broker, probe: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def split(run: Run) -> Json:
        if run.attempt < 3:
            raise TransientError(ErrorCode.UPSTREAM_ERROR, f"The server is busy, {run.attempt}.")
        return {"parts": 1}

    monkeypatch.setattr(retries, "FIRST_DELAY", 0.0)
    probe.split = split
    broker.catch_up()
    busy = [(number, "failed", "UPSTREAM_ERROR", f"The server is busy, {number}.") for number in (1, 2)]
    assert kept() == busy


def test_attempt_whose_worker_was_lost_is_kept(job: Job, broker: Broker) -> None:
    assert claim("ingestion_io", holder=broker.holder, task_id="1")
    release(Step.objects.get())
    assert kept() == [(1, "failed", "WORKER_LOST", LOST)]


def test_attempt_that_was_cancelled_is_kept_once_it_is_retried(job: Job, broker: Broker, probe: Functions) -> None:
    def split(run: Run) -> Json:
        if run.attempt == 1:
            cancel_job(job.pk)
        return {"parts": 1}

    probe.split = split
    broker.deliver()
    assert kept() == []  # the step itself tells
    retry_job(job.pk)
    assert kept() == [(1, "cancelled", "", "")]


def test_attempt_that_lost_its_claim_writes_nothing(job: Job, broker: Broker, probe: Functions) -> None:
    def split(run: Run) -> Json:
        release(Step.objects.get())
        raise JobError(ErrorCode.PROCESSING_ERROR, "too late")

    probe.split = split
    broker.run("ingestion_io")
    assert kept() == [(1, "failed", "WORKER_LOST", LOST)]
