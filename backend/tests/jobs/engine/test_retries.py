"""Transient errors are tried again, later each time, and not for ever; other errors fail at once."""

from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.engine import retries
from apps.jobs.engine.retries import MAX_RETRIES, as_transient, retry_delay
from apps.jobs.failures import ErrorCode, JobError, NotYet, TransientError, parse_retry_after
from apps.jobs.models import Job, JobStatus, PastAttempt, Step, StepStatus
from apps.jobs.pipelines import Json, Run
from apps.jobs.services import submit_job
from config.queues import MAX_RETRY_DELAY
from tests.jobs.conftest import Broker, Functions


@pytest.mark.parametrize(("retry", "longest"), [(1, 5), (2, 10), (3, 20), (20, MAX_RETRY_DELAY)])
def test_delay_doubles_with_jitter_up_to_its_bound(retry: int, longest: float) -> None:
    delays = [retry_delay(retry) for _ in range(200)]
    assert all(longest / 2 <= delay <= longest for delay in delays)
    assert len(set(delays)) > 100


def test_wish_of_the_server_is_respected_up_to_the_bound() -> None:
    assert retry_delay(1, retry_after=42) == 42
    assert retry_delay(1, retry_after=86_400) == MAX_RETRY_DELAY


@pytest.mark.parametrize(("value", "seconds"), [("120", 120), ("", None), (None, None), ("soon", None), ("-5", None)])
def test_retry_after_is_read_as_seconds(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value) == seconds


def test_retry_after_is_read_as_a_date() -> None:
    wanted = timezone.now() + timedelta(seconds=90)
    assert parse_retry_after(format_datetime(wanted)) == pytest.approx(90, abs=5)
    assert parse_retry_after(format_datetime(wanted - timedelta(days=1))) == 0


def answer(status: int, **headers: str) -> httpx.HTTPStatusError:
    response = httpx.Response(status, headers=headers, request=httpx.Request("GET", "https://example.org/"))
    return httpx.HTTPStatusError("refused", request=response.request, response=response)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError("reset"),
        TimeoutError("too slow"),
        httpx.ConnectError("no route"),
        httpx.ReadTimeout("too slow"),
        answer(429),
        answer(503),
    ],
)
def test_error_that_may_pass_is_known_by_its_type(error: Exception) -> None:
    transient = as_transient(error)
    assert transient
    assert transient.code == ErrorCode.UPSTREAM_ERROR


@pytest.mark.parametrize("error", [ValueError("bad"), answer(404), JobError(ErrorCode.INVALID_INPUT), OSError("disk")])
def test_error_that_stays_is_not_tried_again(error: Exception) -> None:
    assert as_transient(error) is None


def test_wish_of_an_http_server_is_taken_from_its_answer() -> None:
    transient = as_transient(answer(429, **{"Retry-After": "42"}))
    assert transient
    assert transient.retry_after == 42


@pytest.fixture
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "FIRST_DELAY", 0.0)


@pytest.fixture
def job(owner: User, probe: Functions, broker: Broker) -> Job:
    return submit_job(owner=owner, kind="probe")[0]


@pytest.mark.django_db(transaction=True)
def test_transient_error_is_tried_again_until_it_passes(
    job: Job, broker: Broker, probe: Functions, no_wait: None
) -> None:
    attempts: list[int] = []

    def split(run: Run) -> Json:
        attempts.append(run.attempt)
        if run.attempt < 3:
            raise TransientError(ErrorCode.UPSTREAM_ERROR, "The server is busy.")
        return {"parts": 1}

    probe.split = split
    broker.catch_up()
    job.refresh_from_db()
    assert attempts == [1, 2, 3]
    assert job.status == JobStatus.COMPLETED
    assert job.steps.first().error_code == ""  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_transient_error_that_stays_fails_with_its_own_code(
    job: Job, broker: Broker, probe: Functions, no_wait: None
) -> None:
    attempts: list[int] = []

    def split(run: Run) -> Json:
        attempts.append(run.attempt)
        raise TransientError(ErrorCode.UPSTREAM_ERROR, "The server is busy.")

    probe.split = split
    broker.catch_up()
    job.refresh_from_db()
    assert len(attempts) == 1 + MAX_RETRIES
    assert (job.status, job.error_code, job.error_message) == ("failed", "UPSTREAM_ERROR", "The server is busy.")


@pytest.mark.django_db(transaction=True)
def test_step_whose_turn_has_not_come_waits_for_it_as_often_as_it_takes(
    job: Job, broker: Broker, probe: Functions, no_wait: None
) -> None:
    attempts: list[int] = []

    def split(run: Run) -> Json:
        attempts.append(run.attempt)
        if run.attempt < MAX_RETRIES + 5:
            raise NotYet("Others are before it.", retry_after=0)
        return {"parts": 1}

    probe.split = split
    broker.catch_up()
    job.refresh_from_db()
    assert (job.status, len(attempts)) == (JobStatus.COMPLETED, MAX_RETRIES + 5)
    step = Step.objects.get(stage__name="split")
    assert (step.retries, step.error_message) == (0, "")
    assert not PastAttempt.objects.filter(step=step).exists()


@pytest.mark.django_db(transaction=True)
def test_permanent_error_fails_at_once(job: Job, broker: Broker, probe: Functions) -> None:
    attempts: list[int] = []

    def split(run: Run) -> Json:
        attempts.append(run.attempt)
        raise JobError(ErrorCode.INVALID_INPUT)

    probe.split = split
    broker.deliver()
    assert attempts == [1]


@pytest.mark.django_db(transaction=True)
def test_step_that_waits_for_its_next_try_says_when_and_why_and_is_not_run_before(
    job: Job, broker: Broker, probe: Functions
) -> None:
    def split(run: Run) -> Json:
        raise TransientError(ErrorCode.UPSTREAM_ERROR, "The server is busy.", retry_after=100)

    probe.split = split
    broker.permits *= 2
    broker.deliver()
    step = Step.objects.get(job=job)
    assert (step.status, step.attempt, step.error_message) == (StepStatus.QUEUED, 1, "The server is busy.")
    assert step.retry_at
    assert step.retry_at > timezone.now() + timedelta(seconds=60)
