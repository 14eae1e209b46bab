"""Jobs over HTTP: lists, one job, its parts in pages; and what may be done with it. To their owner alone."""

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.jobs.models import Job, Step
from apps.jobs.storage import files
from tests.jobs.api.rows import make_artifact, make_job

pytestmark = pytest.mark.django_db(transaction=True)


def all_pages(client: Client, address: str) -> list[list[Any]]:
    pages = []
    while address:
        page = client.get(address).json()
        pages.append(page["results"])
        address = page["next"]
    return pages


def test_jobs_are_listed_newest_first_filtered_and_mine_alone(ada: Client, eve: Client, owner: User) -> None:
    ids = [str(make_job(owner).pk) for _ in range(3)]
    Job.objects.filter(pk=ids[0]).update(status="failed", error_code="TIMEOUT")
    assert [job["id"] for job in ada.get("/api/jobs/").json()["results"]] == ids[::-1]
    assert [job["id"] for job in ada.get("/api/jobs/?status=failed&kind=").json()["results"]] == ids[:1]
    assert len(ada.get("/api/jobs/?kind=probe").json()["results"]) == 3
    assert ada.get("/api/jobs/?kind=removed").json()["results"] == []
    assert eve.get("/api/jobs/").json()["results"] == []


def test_job_in_a_list_has_neither_steps_nor_artifacts_nor_result(ada: Client, owner: User) -> None:
    make_artifact(make_job(owner, result={"rows": 1}), "chart.png")
    [job] = ada.get("/api/jobs/").json()["results"]
    assert {"steps", "artifacts", "result"} & set(job) == set()
    assert [stage["name"] for stage in job["stages"]] == ["split", "draw"]


def test_list_is_paged_by_cursor(ada: Client, owner: User) -> None:
    ids = [str(make_job(owner).pk) for _ in range(51)]
    pages = all_pages(ada, "/api/jobs/")
    assert [len(page) for page in pages] == [50, 1]
    assert [job["id"] for page in pages for job in page] == ids[::-1]


@pytest.mark.parametrize("query", ["status=nope", "status=%00", "kind=%00", f"kind={'k' * 65}"])
def test_filter_that_means_nothing_is_refused_by_name(ada: Client, query: str) -> None:
    response = ada.get(f"/api/jobs/?{query}")
    assert response.status_code == 400
    assert response.json()["error"]["fields"][query.partition("=")[0]]


@pytest.mark.parametrize(
    "cursor", ["cD1nYXJiYWdl", "%FF", "x", "cD0lMDA=", "bz0tMQ==", "cj14", "%00", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5"]
)
@pytest.mark.parametrize("part", ["", "{job}/steps/", "{job}/artifacts/"])
def test_broken_cursor_is_refused(ada: Client, owner: User, part: str, cursor: str) -> None:
    response = ada.get(f"/api/jobs/{part.format(job=make_job(owner).pk)}?cursor={cursor}")
    assert response.status_code in (200, 400)
    if response.status_code == 400:
        assert list(response.json()["error"]["fields"]) == ["cursor"]


def test_all_steps_are_listed_in_pages_of_200(ada: Client, owner: User) -> None:
    job = make_job(owner, steps=401)
    pages = all_pages(ada, f"/api/jobs/{job.pk}/steps/")
    assert [len(page) for page in pages] == [200, 200, 1]
    assert [step["label"] for page in pages for step in page] == [f"part {number}" for number in range(401)]


def test_page_of_steps_takes_the_same_queries_for_any_number(
    ada: Client, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    job = make_job(owner, steps=300)
    with django_assert_num_queries(4):  # session, user, job, steps
        ada.get(f"/api/jobs/{job.pk}/steps/")


def test_steps_are_filtered_by_stage_and_status(ada: Client, owner: User) -> None:
    job = make_job(owner, steps=3)
    draw = job.stages.get(name="draw")
    step = {"job": job, "label": "a", "queue": "charts_cpu", "owner": owner, "status": "processing"}
    Step.objects.create(stage=draw, position=0, **step)

    def labels(query: str) -> list[str]:
        page = ada.get(f"/api/jobs/{job.pk}/steps/?{query}").json()
        return [step["label"] for step in page["results"]]

    assert labels("stage=draw") == labels("status=processing") == ["a"]
    assert labels("stage=split&status=queued") == ["part 0", "part 1", "part 2"]
    assert labels("stage=split&status=failed") == []


@pytest.mark.parametrize(("query", "words"), [("stage=paint", "split, draw"), ("status=done", "cancelled")])
def test_stage_or_status_that_is_none_is_refused_in_words(ada: Client, owner: User, query: str, words: str) -> None:
    response = ada.get(f"/api/jobs/{make_job(owner).pk}/steps/?{query}")
    assert response.status_code == 400
    assert words in response.json()["error"]["message"]


def test_all_artifacts_are_listed_without_internal_files(ada: Client, owner: User) -> None:
    job = make_job(owner)
    chart = make_artifact(job, "chart.png", step_id=5)
    rows = make_artifact(job, "rows.parquet", internal=True)
    [page] = all_pages(ada, f"/api/jobs/{job.pk}/artifacts/")
    address = f"/api/jobs/{job.pk}/artifacts/{chart.pk}/"
    named = {"name": "chart.png", "title": "chart.png"}
    assert page == [{"id": chart.pk, "step": 5, **named, "content_type": "image/png", "size": 7, "url": address}]
    assert [artifact["id"] for artifact in ada.get(f"/api/jobs/{job.pk}/").json()["artifacts"]] == [chart.pk]
    assert ada.get(f"/api/jobs/{job.pk}/artifacts/{rows.pk}/").status_code == 404


def test_artifacts_stand_in_the_order_of_their_steps_whichever_was_first(ada: Client, owner: User) -> None:
    job = make_job(owner)
    late = make_artifact(job, "b.png", step_id=8, title="السعر")
    early = make_artifact(job, "a.png", step_id=7)
    [page] = all_pages(ada, f"/api/jobs/{job.pk}/artifacts/")
    assert [artifact["id"] for artifact in page] == [early.pk, late.pk]
    assert ada.get(f"/api/jobs/{job.pk}/").json()["artifacts"] == page
    assert page[1]["title"] == "السعر"


def test_result_is_given_whole_however_large(ada: Client, owner: User) -> None:
    result = {"text": "x" * 1_000_000}
    job = make_job(owner, status="completed", result=result)
    assert ada.get(f"/api/jobs/{job.pk}/result/").json() == result
    assert ada.get(f"/api/jobs/{make_job(owner).pk}/result/").status_code == 404


PATHS = ("", "steps/", "artifacts/", "artifacts.zip", "result/", "waiting/")


@pytest.mark.parametrize("path", PATHS)
def test_job_of_another_user_is_not_found(eve: Client, owner: User, path: str) -> None:
    response = eve.get(f"/api/jobs/{make_job(owner).pk}/{path}")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("change", ["cancel", "retry", "again"])
def test_job_of_another_user_is_not_changed(eve: Client, owner: User, change: str) -> None:
    job = make_job(owner)
    assert eve.post(f"/api/jobs/{job.pk}/{change}/").status_code == 404
    assert eve.delete(f"/api/jobs/{job.pk}/").status_code == 404
    assert list(Job.objects.values_list("status", flat=True)) == ["queued"]


def test_job_is_cancelled_and_retried(ada: Client, owner: User) -> None:
    address = f"/api/jobs/{make_job(owner).pk}"
    assert ada.post(f"{address}/cancel/").json()["status"] == "cancelled"
    assert ada.post(f"{address}/retry/").json()["status"] == "queued"


@pytest.mark.parametrize("change", ["cancel", "retry"])
def test_completed_job_is_neither_cancelled_nor_retried(ada: Client, owner: User, change: str) -> None:
    response = ada.post(f"/api/jobs/{make_job(owner, status='completed').pk}/{change}/")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "CONFLICT")
    assert "completed" in response.json()["error"]["message"]


def test_deleted_job_is_gone_with_its_files(ada: Client, owner: User) -> None:
    job = make_job(owner)
    make_artifact(job, "chart.png")
    assert default_storage.exists(files.job_folder(job.pk))
    assert ada.delete(f"/api/jobs/{job.pk}/").status_code == 204
    assert ada.get(f"/api/jobs/{job.pk}/").status_code == 404
    assert not default_storage.exists(files.job_folder(job.pk))


def test_pipelines_are_described(client: Client) -> None:
    described = {pipeline["kind"]: pipeline for pipeline in client.get("/api/pipelines/").json()}
    assert described["probe"]["stages"][1] == {"name": "draw", "queue": "charts_cpu"}
    assert described["probe"]["options_schema"]["properties"]["parts"]["type"] == "integer"
