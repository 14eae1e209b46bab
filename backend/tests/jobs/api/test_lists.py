"""Many jobs at once: found, sorted, counted, timed and changed."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.models import Job, JobStatus
from apps.jobs.services import submit_job
from tests.jobs.api.rows import make_job

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.jobs.engine.queueing.send_permits", lambda *_, **__: 0)


def names(client: Client, **query: Any) -> list[str]:
    return [job["source"]["name"] for job in client.get("/api/jobs/", query).json()["results"]]


@pytest.fixture
def jobs(owner: User, stranger: User) -> list[Job]:
    """Of Ada: a.csv of three days ago, B.csv of two days ago, a.csv of yesterday. One of Eve's."""
    make_job(stranger, source_name="a.csv")
    return [
        make_job(owner, source_name=name, created_at=NOW - timedelta(days=days), status=status)
        for name, days, status in (("a.csv", 3, "failed"), ("B.csv", 2, "completed"), ("a.csv", 1, "queued"))
    ]


def test_jobs_are_found_by_name_id_and_date(ada: Client, jobs: list[Job]) -> None:
    assert names(ada, search="b.c") == ["B.csv"]
    assert names(ada, search=f" {jobs[0].pk} ") == ["a.csv"]
    assert names(ada, search="%") == []
    assert names(ada, search="a", since=(NOW - timedelta(days=2)).isoformat()) == ["a.csv"]
    assert names(ada, until=(NOW - timedelta(days=2)).isoformat()) == ["a.csv"]
    assert ada.get("/api/jobs/", {"since": "yesterday"}).status_code == 400


def test_jobs_without_a_source_are_found_by_their_pipeline(ada: Client, owner: User) -> None:
    job = make_job(owner)
    assert [found["id"] for found in ada.get("/api/jobs/?search=ROB").json()["results"]] == [str(job.pk)]


def test_jobs_are_sorted_and_paged_in_that_order(ada: Client, owner: User, jobs: list[Job]) -> None:
    assert names(ada, sort="oldest") == ["a.csv", "B.csv", "a.csv"]
    assert sorted(names(ada, sort="name")) == sorted(names(ada))
    Job.objects.bulk_create(
        Job(owner=owner, kind="probe", stage="split", source_name=f"{number % 3}.csv") for number in range(60)
    )
    pages, url = list[str](), "/api/jobs/?sort=name&search=csv"
    while url:
        page = ada.get(url).json()
        pages += [job["id"] for job in page["results"]]
        url = page["next"]
    expected = Job.objects.filter(owner=owner).order_by("source_name", "-created_at", "-id")
    assert [UUID(job_id) for job_id in pages] == [job.pk for job in expected]
    assert ada.get("/api/jobs/?sort=size").status_code == 400


def test_jobs_are_counted_by_status(ada: Client, jobs: list[Job]) -> None:
    counts = ada.get("/api/jobs/counts/").json()
    assert counts == dict.fromkeys(JobStatus.values, 0) | {"queued": 1, "completed": 1, "failed": 1}
    assert ada.get("/api/jobs/counts/", {"search": "a.csv"}).json()["completed"] == 0


def test_runs_of_a_source_are_counted_and_found(ada: Client, eve: Client, owner: User) -> None:
    first, second = (submit_job(owner=owner, kind="probe")[0] for _ in range(2))
    assert (first.run, second.run) == (1, 2)
    found = ada.get("/api/jobs/", {"same_as": str(first.pk)}).json()["results"]
    assert [job["run"] for job in found] == [2, 1]
    assert eve.get("/api/jobs/", {"same_as": str(first.pk)}).status_code == 404


def test_durations_of_completed_jobs(ada: Client, eve: Client, owner: User) -> None:
    for number in range(22):
        ended = NOW - timedelta(minutes=number)
        began = ended - timedelta(seconds=number + 1)
        times: dict[str, Any] = {"created_at": ended, "started_at": began, "finished_at": ended}
        make_job(owner, status="completed", **times)
    make_job(owner, status="failed", started_at=NOW, finished_at=NOW)
    took = ada.get("/api/jobs/durations/?kind=probe").json()
    assert [entry["seconds"] for entry in took] == list(range(1, 21))
    assert eve.get("/api/jobs/durations/?kind=probe").json() == []
    assert ada.get("/api/jobs/durations/").status_code == 400


def many(client: Client, change: str, *ids: object) -> Any:
    return client.post(f"/api/jobs/many/{change}/", {"ids": list(map(str, ids))}, content_type="application/json")


def test_many_jobs_are_cancelled_retried_and_deleted(ada: Client, jobs: list[Job]) -> None:
    failed, completed, queued = jobs
    answer = many(ada, "cancel", *(job.pk for job in jobs)).json()
    assert answer["changed"] == 1
    assert sum(refused["count"] for refused in answer["refused"]) == 2
    assert many(ada, "retry", failed.pk, queued.pk).json()["changed"] == 2
    assert many(ada, "delete", failed.pk, completed.pk).json() == {"changed": 2, "refused": []}
    assert list(Job.objects.filter(owner=queued.owner)) == [queued]


def test_jobs_of_strangers_are_neither_changed_nor_deleted_among_others(
    ada: Client, eve: Client, stranger: User, jobs: list[Job]
) -> None:
    theirs = Job.objects.get(owner=stranger)
    for change in ("cancel", "retry", "delete"):
        assert many(ada, change, jobs[2].pk, theirs.pk).status_code == 404
    assert Job.objects.filter(status="queued").count() == 2
    User.objects.filter(pk=stranger.pk).update(is_staff=True)
    assert many(eve, "cancel", jobs[2].pk).json()["changed"] == 1
    assert many(eve, "delete", jobs[2].pk).status_code == 404


@pytest.mark.parametrize("ids", [[], ["x"], [str(uuid4()) for _ in range(201)]])
def test_broken_lists_of_jobs_are_refused(ada: Client, ids: list[str]) -> None:
    assert many(ada, "delete", *ids).status_code == 400
