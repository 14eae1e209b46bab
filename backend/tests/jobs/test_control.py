"""Cancel, retry, time limits and a broker that is away: what people and Celery do to a job that runs."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from celery.exceptions import Retry
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from kombu.exceptions import OperationalError as BrokerIsAway
from pytest_django import Settings

from apps.jobs import dispatch, services
from apps.jobs.failures import ErrorCode, JobError
from apps.jobs.models import Job, JobStatus, Step, StepStatus
from apps.jobs.pipelines import Json, Run
from apps.jobs.services import Conflict, cancel_job, retry_job, submit_job
from apps.jobs.engine.work import claim, run_step, time_out
from tests.jobs.conftest import Broker, Functions

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the tasks that were told to stop."""
    ids: list[str] = []
    monkeypatch.setattr(services, "stop", ids.extend)
    return ids


@pytest.fixture
def job(owner: User, probe: Functions, broker: Broker, stopped: list[str]) -> Job:
    return submit_job(owner=owner, kind="probe")[0]


def fail_part_1(run: Run) -> Json:
    if run.label == "part 1":
        raise JobError(ErrorCode.PROCESSING_ERROR)
    return {"drawn": run.label}


def test_cancelled_job_is_never_started(job: Job, broker: Broker) -> None:
    cancel_job(job.pk)
    broker.deliver()
    job.refresh_from_db()
    assert (job.status, Step.objects.get(job=job).attempt) == (JobStatus.CANCELLED, 0)
    assert job.finished_at


def test_cancel_stops_what_runs_and_the_run_cannot_write_any_more(
    job: Job, broker: Broker, probe: Functions, stopped: list[str]
) -> None:
    def split(run: Run) -> Json:
        cancel_job(job.pk)
        run.report(50)
        raise AssertionError("goes on")

    probe.split = split
    run_step(broker.messages.pop(), worker="one", task_id="task-1")
    job.refresh_from_db()
    assert (job.status, stopped) == (JobStatus.CANCELLED, ["task-1"])
    assert Step.objects.get(job=job).status == StepStatus.CANCELLED


def test_cancel_is_safe_to_press_twice_and_refused_once_the_job_has_ended(job: Job, broker: Broker) -> None:
    cancel_job(job.pk)
    version = Job.objects.get(pk=job.pk).version
    cancel_job(job.pk)
    assert Job.objects.get(pk=job.pk).version == version
    retry_job(job.pk)
    broker.deliver()
    with pytest.raises(Conflict, match="completed"):
        cancel_job(job.pk)


def test_retry_runs_only_what_failed(job: Job, broker: Broker, probe: Functions) -> None:
    probe.draw = fail_part_1
    broker.deliver()
    runs: list[str] = []

    def draw(run: Run) -> Json:
        runs.append(run.label)
        return {"drawn": run.label}

    probe.draw = draw
    retry_job(job.pk)
    retry_job(job.pk)  # pressed twice
    broker.deliver()
    job.refresh_from_db()
    assert runs == ["part 1"]
    assert (job.status, job.error_code, job.progress) == (JobStatus.COMPLETED, "", 100)


def test_retry_plans_the_next_stage_again_when_that_was_what_failed(job: Job, broker: Broker, probe: Functions) -> None:
    probe.split = lambda run: {"parts": 0}
    broker.deliver()
    job.refresh_from_db()
    assert job.error_code == ErrorCode.INTERNAL_ERROR
    Step.objects.filter(job=job).update(result={"parts": 1})
    retry_job(job.pk)
    broker.deliver()
    job.refresh_from_db()
    assert job.status == JobStatus.COMPLETED


def test_retry_of_a_completed_job_is_refused(job: Job, broker: Broker) -> None:
    broker.deliver()
    with pytest.raises(Conflict, match="completed"):
        retry_job(job.pk)


def test_buttons_answer_the_job_or_409_and_strangers_get_404(client: Client, owner: User, job: Job) -> None:
    client.force_login(owner)
    url = f"/api/jobs/{job.pk}"
    assert client.post(f"{url}/cancel/").json()["status"] == "cancelled"
    assert client.post(f"{url}/retry/").json()["status"] == "queued"
    Job.objects.update(status="completed")
    for button in ("cancel", "retry"):
        response = client.post(f"{url}/{button}/")
        assert (response.status_code, response.json()["error"]["code"]) == (409, "CONFLICT")
    client.force_login(User.objects.create_user("eve"))
    assert client.post(f"{url}/cancel/").status_code == 404


def test_run_killed_at_the_hard_limit_ends_as_a_timeout_at_once(job: Job, broker: Broker) -> None:
    step = Step.objects.get(job=job)
    claim(step.pk, worker="one", task_id="task-1")
    time_out(step.pk, task_id="task-0")  # an older run: not this one's business
    assert Step.objects.get(pk=step.pk).status == StepStatus.PROCESSING
    time_out(step.pk, task_id="task-1")
    job.refresh_from_db()
    assert (job.status, job.error_code) == (JobStatus.FAILED, ErrorCode.TIMEOUT)
    assert "60 s" in job.error_message


def test_run_whose_end_the_database_could_not_take_down_is_repeated(job: Job, broker: Broker, probe: Functions) -> None:
    refusals = iter([OperationalError("gone")])

    def refuse(execute: Any, *arguments: Any) -> Any:
        if error := next(refusals, None):
            raise error
        return execute(*arguments)

    def split(run: Run) -> Json:
        if run.attempt == 1:
            connection.execute_wrappers.append(refuse)
        return {"parts": 1}

    probe.split = split
    task, step_id = current_app.tasks[dispatch.task_name("ingestion_io")], broker.messages.pop()
    request = {"id": "task-1", "hostname": "one", "called_directly": False, "args": (step_id,), "kwargs": {}}
    task.push_request(**request)
    with pytest.raises(Retry):
        task.run(step_id)
    task.pop_request()
    connection.execute_wrappers.remove(refuse)
    assert Step.objects.get(pk=step_id).status == StepStatus.PROCESSING
    task.push_request(**request, retries=1)
    task.run(step_id)
    task.pop_request()
    step = Step.objects.get(job=job, stage="split")
    assert (step.status, step.attempt, next(refusals, None)) == (StepStatus.COMPLETED, 2, None)


@pytest.fixture
def broker_away(monkeypatch: pytest.MonkeyPatch, probe: Functions) -> Iterator[None]:
    def refuse(*_: Any, **__: Any) -> None:
        raise BrokerIsAway("Connection refused")

    monkeypatch.setattr("celery.app.task.Task.apply_async", refuse)
    yield
    dispatch.here.submit(lambda: None).result()


def test_job_waits_for_a_broker_that_is_away_and_says_so(owner: User, broker_away: None) -> None:
    job, _ = submit_job(owner=owner, kind="probe")
    job.refresh_from_db()
    assert (job.status, job.message) == (JobStatus.QUEUED, dispatch.WAITING_FOR_BROKER)
    assert Step.objects.get(job=job).sent_at is None


def test_job_runs_in_the_web_process_when_told_to(
    client: Client, owner: User, broker_away: None, settings: Settings
) -> None:
    settings.JOBS_WHEN_BROKER_DOWN = "run"
    job, _ = submit_job(owner=owner, kind="probe")
    for _ in range(200):
        dispatch.here.submit(lambda: None).result()
        job.refresh_from_db()
        if job.status == JobStatus.COMPLETED:
            break
    assert (job.status, job.result) == (JobStatus.COMPLETED, {"drawn": "part 0"})
