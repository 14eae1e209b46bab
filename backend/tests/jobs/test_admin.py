"""Jobs, steps and workers in Django's admin: looked at, cancelled and retried, and never edited past the engine."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.models import Job, Worker
from tests.jobs.api.rows import make_job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def job(db: None) -> Job:
    return make_job(User.objects.create_user("ada"), source_name="weather.csv")


def test_every_page_opens_and_shows_whose_job_it_is(admin: Client, job: Job) -> None:
    now = timezone.now()
    Worker.objects.create(id=uuid4(), name="ai@host", queues=[{"name": "ai"}], started_at=now, seen_at=now)
    step = job.steps.get()
    pages = ["job/", f"job/{job.pk}/change/", "job/?q=ada", f"job/?q={job.pk}", "step/", f"step/{step.pk}/change/"]
    for page in pages:
        response = admin.get(f"/admin/jobs/{page}")
        assert response.status_code == 200
        assert str(job.pk) in response.content.decode()
    assert "ai@host" in admin.get("/admin/jobs/worker/").content.decode()
    assert "ada" in admin.get("/admin/accounts/user/").content.decode()


def test_jobs_are_cancelled_and_retried_together_and_the_rest_is_told(admin: Client, job: Job) -> None:
    ended = make_job(job.owner, status="completed")
    chosen = {"_selected_action": [job.pk, ended.pk]}
    answer = admin.post("/admin/jobs/job/", chosen | {"action": "cancel"}, follow=True).content.decode()
    assert "1 cancelled" in answer
    assert "1 left as they are: This job is completed" in answer
    assert set(Job.objects.values_list("status", flat=True)) == {"cancelled", "completed"}
    admin.post("/admin/jobs/job/", {"_selected_action": [job.pk], "action": "retry"})
    job.refresh_from_db()
    assert job.status == "queued"


@pytest.mark.parametrize("model", ["job", "step", "worker"])
def test_nothing_is_added_or_deleted(admin: Client, job: Job, model: str) -> None:
    assert admin.get(f"/admin/jobs/{model}/add/").status_code == 403
    assert admin.post(f"/admin/jobs/job/{job.pk}/delete/", {"post": "yes"}).status_code == 403


def test_no_field_of_a_job_can_be_changed(admin: Client, job: Job) -> None:
    admin.post(f"/admin/jobs/job/{job.pk}/change/", {"status": "completed", "source_name": "other.csv"})
    job.refresh_from_db()
    assert (job.status, job.source_name) == ("queued", "weather.csv")


def test_operator_without_permissions_changes_nothing(job: Job) -> None:
    client = Client()
    client.force_login(User.objects.create_user("op", is_staff=True))
    assert client.post("/admin/jobs/job/", {"_selected_action": [job.pk], "action": "cancel"}).status_code == 403
    job.refresh_from_db()
    assert job.status == "queued"
