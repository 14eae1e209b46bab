"""The steps of a job over HTTP: found by a text, what they were given and made, their attempts, and once more."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs.models import Job, PastAttempt, Step
from tests.jobs.api.rows import make_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(owner: User) -> Job:
    return make_job(owner, steps=3)


def keep(step: Step, attempt: int) -> None:
    now = timezone.now()
    PastAttempt.objects.create(
        step=step, attempt=attempt, status="failed", worker="w", started_at=now, finished_at=now, traceback="Traceback"
    )


def test_steps_are_found_by_a_text_in_their_label(ada: Client, job: Job) -> None:
    job.steps.filter(position=1).update(label="100%_Ärger")
    for text in ("%_Ä", "100", "RGER"):
        found = ada.get(f"/api/jobs/{job.pk}/steps/", {"search": text}).json()["results"]
        assert [step["label"] for step in found] == ["100%_Ärger"]
    assert ada.get(f"/api/jobs/{job.pk}/steps/", {"search": "%"}).json()["results"] == found
    assert ada.get(f"/api/jobs/{job.pk}/steps/", {"search": "\0"}).status_code == 400


def test_step_with_what_it_was_given_and_made(ada: Client, job: Job) -> None:
    step = job.steps.order_by("position")[1]
    Step.objects.filter(pk=step.pk).update(input={"id": 2**63}, result=0)
    address = f"/api/jobs/{job.pk}/steps/{step.pk}/"
    assert ada.get(address).json()["label"] == "part 1"
    assert ada.get(f"{address}input/").content == b'{"id":9223372036854775808}'
    assert ada.get(f"{address}result/").content == b"0"
    Step.objects.filter(pk=step.pk).update(result=None)
    assert ada.get(f"{address}result/").status_code == 404


def test_attempts_of_a_job_and_of_one_step(ada: Client, job: Job, owner: User) -> None:
    first, second, _ = job.steps.order_by("pk")
    for step, attempt in ((second, 1), (first, 2), (first, 1)):
        keep(step, attempt)
    address = f"/api/jobs/{job.pk}/attempts/"
    found = ada.get(address).json()["results"]
    assert [(entry["step"], entry["attempt"]) for entry in found] == [(first.pk, 1), (first.pk, 2), (second.pk, 1)]
    assert {entry["traceback"] for entry in found} == {""}
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    [of_second] = ada.get(address, {"step": second.pk}).json()["results"]
    assert (of_second["traceback"], of_second["error"]) == ("Traceback", None)
    assert ada.get(address, {"step": "x"}).status_code == 400
    assert ada.get(address, {"step": 10**30}).status_code == 400


def test_step_is_run_again_or_refused_in_a_sentence(ada: Client, job: Job) -> None:
    step = job.steps.order_by("pk")[0]
    address = f"/api/jobs/{job.pk}/steps/{step.pk}/again/"
    assert ada.post(address).json()["steps"][0]["status"] == "queued"
    Job.objects.filter(pk=job.pk).update(stage="draw")
    Step.objects.filter(pk=step.pk).update(status="completed")
    refused = ada.post(address)
    assert refused.status_code == 409
    assert "Run the whole job again" in refused.json()["error"]["message"]
    assert ada.post(f"/api/jobs/{job.pk}/steps/{10**6}/again/").status_code == 404


@pytest.mark.parametrize("rest", ["", "input/", "result/", "log/"])
def test_steps_of_strangers_and_of_other_jobs_are_not_found(
    ada: Client, eve: Client, owner: User, job: Job, rest: str
) -> None:
    step = job.steps.order_by("pk")[0]
    assert eve.get(f"/api/jobs/{job.pk}/steps/{step.pk}/{rest}").status_code == 404
    assert ada.get(f"/api/jobs/{make_job(owner).pk}/steps/{step.pk}/{rest}").status_code == 404


def test_stranger_neither_runs_a_step_again_nor_reads_its_attempts(eve: Client, job: Job) -> None:
    step = job.steps.order_by("pk")[0]
    assert eve.post(f"/api/jobs/{job.pk}/steps/{step.pk}/again/").status_code == 404
    assert eve.get(f"/api/jobs/{job.pk}/attempts/").status_code == 404


def test_shared_jobs_are_looked_at_by_all_and_changed_by_none_but_their_owner(
    eve: Client, job: Job, settings: Settings
) -> None:
    step = job.steps.order_by("pk")[0]
    reads = ["", "steps/", f"steps/{step.pk}/", f"steps/{step.pk}/log/", "attempts/", "artifacts/", "waiting/"]
    changes = ["cancel/", "retry/", f"steps/{step.pk}/again/"]
    assert {eve.get(f"/api/jobs/{job.pk}/{rest}").status_code for rest in reads} == {404}
    settings.JOBS_SHARED = True
    assert {eve.get(f"/api/jobs/{job.pk}/{rest}").status_code for rest in reads} == {200}
    refused = [eve.post(f"/api/jobs/{job.pk}/{rest}") for rest in changes]
    assert [(answer.status_code, "only its owner" in answer.content.decode()) for answer in refused] == [
        (403, True)
    ] * 3
    assert eve.delete(f"/api/jobs/{job.pk}/").status_code == 404
    assert eve.post(f"/api/jobs/{job.pk}/again/").status_code == 404
    assert eve.get("/api/jobs/").json()["results"] == []
    assert eve.get(f"/api/jobs/?same_as={job.pk}").status_code == 404  # one link shares one job
    assert eve.get("/api/jobs/?everybody=true").status_code == 403
    assert Client().get(f"/api/jobs/{job.pk}/").status_code in (401, 403)
