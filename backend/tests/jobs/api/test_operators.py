"""Operators, whose accounts are marked as staff: they see, cancel and retry the jobs of all users. Nobody else does."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.api import operators
from apps.jobs.models import Job, Step
from tests.jobs.api.rows import make_artifact, make_job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("op", is_staff=True))
    return client


def make_failed_job(owner: User, *, code: str = "TIMEOUT", message: str = "It ran too long.", minutes: int = 0) -> Job:
    error: Any = {"error_code": code, "error_message": message}
    job = make_job(owner, status="failed", finished_at=timezone.now() - timedelta(minutes=minutes), **error)
    job.steps.update(status="failed", **error)
    job.stages.filter(name="split").update(failed=1)
    return job


def test_operator_sees_the_jobs_of_all_users_when_asked(operator: Client, owner: User, stranger: User) -> None:
    ids = {str(make_job(user).pk): user.username for user in (owner, stranger)}
    assert operator.get("/api/jobs/").json()["results"] == []
    seen = operator.get("/api/jobs/?everybody=true").json()["results"]
    assert {job["id"]: job["owner"] for job in seen} == ids


def test_nobody_else_sees_them(ada: Client, stranger: User) -> None:
    job = make_job(stranger)
    assert ada.get("/api/jobs/?everybody=true").status_code == 403
    assert ada.get("/api/failures/").status_code == 403
    assert ada.post("/api/failures/retry/", {"error_code": "TIMEOUT", "kind": "probe"}).status_code == 403
    assert ada.get(f"/api/jobs/{job.pk}/").status_code == 404


def test_operator_opens_cancels_and_retries_any_job_but_deletes_none(operator: Client, owner: User) -> None:
    job = make_job(owner)
    make_artifact(job, "chart.png")
    address = f"/api/jobs/{job.pk}/"
    assert operator.get(address).json()["owner"] == "ada"
    assert operator.get(f"{address}steps/").status_code == operator.get(f"{address}artifacts.zip").status_code == 200
    assert operator.post(f"{address}cancel/").json()["status"] == "cancelled"
    assert operator.post(f"{address}retry/").json()["status"] == "queued"
    assert operator.delete(address).status_code == 404
    assert operator.post(f"{address}again/").status_code == 404


def test_failures_of_all_users_are_grouped_the_largest_first(operator: Client, owner: User, stranger: User) -> None:
    make_failed_job(owner, message="older", minutes=5)
    make_failed_job(stranger, message="newest")
    make_failed_job(owner, code="UPSTREAM_ERROR")
    make_job(owner)
    groups = operator.get("/api/failures/").json()
    assert [(group["error_code"], group["kind"], group["count"]) for group in groups] == [
        ("TIMEOUT", "probe", 2),
        ("UPSTREAM_ERROR", "probe", 1),
    ]
    assert groups[0]["newest_message"] == "newest"


def test_group_is_retried_together_and_no_other(
    operator: Client, owner: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operators, "RETRIED_AT_ONCE", 2)
    for user in (owner, stranger, owner):
        make_failed_job(user)
    other = make_failed_job(owner, code="UPSTREAM_ERROR")
    group = {"error_code": "TIMEOUT", "kind": "probe"}
    assert operator.post("/api/failures/retry/", group).json() == {"retried": 2, "left": 1}
    assert operator.post("/api/failures/retry/", group).json() == {"retried": 1, "left": 0}
    assert Step.objects.filter(status="queued").count() == 3
    assert Job.objects.get(status="failed") == other


def test_what_failed_after_the_group_was_seen_is_left_alone(operator: Client, owner: User) -> None:
    make_failed_job(owner, minutes=5)
    [group] = operator.get("/api/failures/").json()
    later = make_failed_job(owner)
    asked = {name: group[name] for name in ("error_code", "kind", "newest_at")}
    assert operator.post("/api/failures/retry/", asked).json() == {"retried": 1, "left": 0}
    assert Job.objects.get(status="failed") == later


@pytest.mark.parametrize("group", [{}, {"error_code": "NOPE", "kind": "probe"}, {"error_code": "TIMEOUT"}])
def test_group_has_to_be_named(operator: Client, group: dict[str, str]) -> None:
    assert operator.post("/api/failures/retry/", group).status_code == 400
