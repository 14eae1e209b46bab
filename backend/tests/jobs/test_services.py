"""What people ask for: submit, cancel, retry and delete, with a broker or without, within limits."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from kombu.exceptions import OperationalError as BrokerIsAway
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs.engine import queueing
from apps.jobs.engine.attempt import Holder, claim
from apps.jobs.failures import ErrorCode, JobError
from apps.jobs.live.reading import percent_done
from apps.jobs.models import Artifact, Job, JobStatus, Step, StepStatus
from apps.jobs.pipelines import Json, Run
from apps.jobs.services import (
    Conflict,
    QuotaExceeded,
    TooManyJobs,
    cancel_job,
    delete_job,
    retry_job,
    run_step_again,
    submit_job,
)
from tests.jobs.conftest import Broker, Functions

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_cancelled_run_cannot_write_any_more_and_its_worker_can_see_it(
    job: Job, broker: Broker, probe: Functions
) -> None:
    def split(run: Run) -> Json:
        cancel_job(job.pk)
        run.report(50)
        raise AssertionError("goes on")

    probe.split = split
    broker.deliver()
    job.refresh_from_db()
    step = Step.objects.get(job=job)
    assert (job.status, step.status) == (JobStatus.CANCELLED, StepStatus.CANCELLED)
    assert step.held_by == broker.holder.id
    assert job.stages.get(name="split").cancelled == 1


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
    assert (job.status, job.error_code, percent_done(job)) == (JobStatus.COMPLETED, "", 100)


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


@pytest.fixture
def broker_away(monkeypatch: pytest.MonkeyPatch, probe: Functions) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise BrokerIsAway("Connection refused")

    monkeypatch.setattr("celery.app.task.Task.apply_async", refuse)


def test_job_waits_for_a_broker_that_is_away_and_says_so_until_a_step_starts(
    owner: User, broker_away: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, _ = submit_job(owner=owner, kind="probe")
    job.refresh_from_db()
    assert (job.status, job.message) == (JobStatus.QUEUED, queueing.WAITING_FOR_BROKER)
    assert claim("ingestion_io", holder=Holder(uuid4(), "one"), task_id="one")
    job.refresh_from_db()
    assert job.message == ""


def test_job_runs_in_the_web_process_when_told_to(owner: User, broker_away: None, settings: Settings) -> None:
    settings.JOBS_WHEN_BROKER_DOWN = "run"
    job, _ = submit_job(owner=owner, kind="probe")
    for _ in range(200):
        queueing.without_broker.submit(lambda: None).result()
        job.refresh_from_db()
        if job.status == JobStatus.COMPLETED:
            break
    assert (job.status, job.result) == (JobStatus.COMPLETED, {"drawn": "part 0"})


def test_user_has_a_limit_of_unended_jobs(owner: User, probe: Functions, broker: Broker, settings: Settings) -> None:
    settings.JOBS_MAX_ACTIVE_PER_USER = 2
    first, _ = submit_job(owner=owner, kind="probe")
    submit_job(owner=owner, kind="probe")
    with pytest.raises(TooManyJobs, match="2 jobs"):
        submit_job(owner=owner, kind="probe")
    submit_job(owner=User.objects.create_user("eve"), kind="probe")
    cancel_job(first.pk)
    submit_job(owner=owner, kind="probe")


def test_user_has_a_limit_of_stored_bytes(job: Job, owner: User, broker: Broker, settings: Settings) -> None:
    settings.JOBS_MAX_BYTES_PER_USER = 100
    Artifact.objects.create(job=job, name="large", content_type="text/plain", size=101, path="nowhere")
    with pytest.raises(QuotaExceeded, match="100 bytes"):
        submit_job(owner=owner, kind="probe")
    submit_job(owner=User.objects.create_user("eve"), kind="probe")


def test_key_that_stands_for_another_request_is_refused(owner: User, probe: Functions, broker: Broker) -> None:
    job, _ = submit_job(owner=owner, kind="probe", idempotency_key="one")
    assert submit_job(owner=owner, kind="probe", idempotency_key="one") == (job, False)
    with pytest.raises(Conflict, match="another request"):
        submit_job(owner=owner, kind="probe", options={"parts": 3}, idempotency_key="one")


def test_deleted_job_takes_its_rows_and_files_along(job: Job, broker: Broker, probe: Functions, tmp_path: Path) -> None:
    def split(run: Run) -> Json:
        run.save_artifact("a.txt", b"a", "text/plain")
        delete_job(job.pk)
        run.report(50)
        raise AssertionError("goes on")

    probe.split = split
    broker.deliver()
    assert not Job.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_one_failed_step_is_run_again_alone_and_its_job_goes_on(job: Job, broker: Broker, probe: Functions) -> None:
    probe.draw = fail_part_1
    broker.deliver()
    probe.draw = lambda run: {"drawn": f"{run.label} again"}
    failed, other = Step.objects.get(job=job, label="part 1"), Step.objects.get(job=job, label="part 0")
    run_step_again(job.pk, failed.pk)
    job.refresh_from_db()
    assert (job.status, job.error_code, job.finished_at) == (JobStatus.QUEUED, "", None)
    assert job.stages.get(name="draw").failed == 0
    broker.deliver()
    job.refresh_from_db()
    failed.refresh_from_db()
    assert (job.status, failed.attempt, failed.result) == (JobStatus.COMPLETED, 2, {"drawn": "part 1 again"})
    assert Step.objects.get(pk=other.pk).attempt == 1


def test_completed_step_of_the_last_stage_is_run_again(job: Job, broker: Broker, probe: Functions) -> None:
    broker.deliver()
    first = Step.objects.get(job=job, label="part 0")
    probe.draw = lambda run: {"drawn": "anew"}
    run_step_again(job.pk, first.pk)
    run_step_again(job.pk, first.pk)  # a second press changes nothing
    broker.deliver()
    job.refresh_from_db()
    assert (job.status, job.result) == (JobStatus.COMPLETED, {"drawn": "anew"})
    assert job.stages.get(name="draw").completed == 2


def test_step_whose_result_was_used_is_not_run_again(job: Job, broker: Broker) -> None:
    broker.deliver()
    with pytest.raises(Conflict, match="Run the whole job again"):
        run_step_again(job.pk, Step.objects.get(job=job, label="split").pk)


def test_job_of_which_one_cancelled_step_is_run_again_is_cancelled_afterwards(job: Job, broker: Broker) -> None:
    broker.run("ingestion_io")
    cancel_job(job.pk)
    run_step_again(job.pk, Step.objects.get(job=job, label="part 0").pk)
    broker.catch_up()
    job.refresh_from_db()
    stage = job.stages.get(name="draw")
    assert (job.status, stage.completed, stage.cancelled) == (JobStatus.CANCELLED, 1, 1)
    retry_job(job.pk)
    broker.catch_up()
    job.refresh_from_db()
    assert job.status == JobStatus.COMPLETED


def test_step_is_run_again_while_others_of_its_job_still_wait(job: Job, broker: Broker, probe: Functions) -> None:
    probe.draw = fail_part_1
    broker.run("ingestion_io")
    part_0, part_1 = Step.objects.filter(stage__name="draw").order_by("position")
    Step.objects.filter(pk=part_0.pk).update(rank=1000)
    broker.run("charts_cpu")
    probe.draw = Functions.draw
    run_step_again(job.pk, part_1.pk)
    broker.catch_up()
    job.refresh_from_db()
    assert job.status == JobStatus.COMPLETED
