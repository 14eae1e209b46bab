"""The interface over HTTP: its shape, its owners, and what bad input gets."""

import errno
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.jobs import files
from apps.jobs.models import Job
from apps.jobs.engine.reconcile import clean_up
from apps.jobs.engine.run import Attempt
from tests.jobs.conftest import Broker, Functions, make_artifact

pytestmark = pytest.mark.django_db(transaction=True)


def csv(content: bytes = b"a,b\n1,2\n", name: str = "table.csv") -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def submit(client: Client, headers: dict[str, str] | None = None, **fields: Any) -> Any:
    return client.post("/api/jobs/", {"kind": "probe", **fields}, headers=headers)


def test_submitted_job_is_answered_at_once_whole_and_with_its_address(ada: Client, broker: Broker) -> None:
    response = submit(ada, options=json.dumps({"parts": 3}))
    job = response.json()
    assert response.status_code == 201
    assert response["Location"] == f"/api/jobs/{job['id']}/"
    assert (job["kind"], job["status"], job["priority"], job["options"]) == ("probe", "queued", "normal", {"parts": 3})
    assert job["stages"][0] == {"name": "split", "queue": "ingestion_io", "status": "queued", "done": 0, "total": 1}
    assert job["stages"][1]["status"] == "pending"
    assert set(job["steps"][0]) == {
        *("id", "stage", "label", "queue", "status", "progress", "attempt", "worker", "error"),
        *("retry_at", "started_at", "finished_at"),
    }
    assert len(broker.messages) == 1


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"kind": "nope"}, "kind", "'nope'"),
        ({"options": "{"}, "options", "not valid JSON"),
        ({"options": "[1]"}, "options", "JSON object"),
        ({"options": '{"parts": "many"}'}, "options", "parts"),
        ({"options": '{"colour": 1}'}, "options", "colour"),
        ({"priority": "urgent"}, "priority", "high, normal, low"),
        ({"url": "https://example.org/table.csv"}, "url", "takes no file"),
        ({"kind": "profile"}, "file", "Send a file"),
        ({"kind": "profile", "url": "file:///etc/passwd"}, "url", "http:// or https://"),
        ({"kind": "profile", "url": "http://me:secret@example.org/"}, "url", "user name or password"),
        ({"kind": "profile", "url": "http://[oops/"}, "url", "URL"),
        ({"kind": "profile", "url": "http://example.org/\0"}, "url", "characters"),
        ({"options": "[" * 200_000}, "options", "JSON"),
        ({"kind": "profile", "file": csv(name="table.exe")}, "file", ".csv"),
        ({"kind": "profile", "file": csv(b"")}, "file", "empty"),
    ],
)
def test_bad_input_is_refused_and_its_field_is_named(
    ada: Client, fields: dict[str, Any], field: str, words: str
) -> None:
    response = submit(ada, **fields)
    error = response.json()["error"]
    assert response.status_code == 400
    assert error["code"] == "INVALID_INPUT"
    assert words in " ".join(error["fields"][field])
    assert not Job.objects.exists()


def test_file_over_the_limit_is_refused_and_not_kept(ada: Client, settings: Settings) -> None:
    settings.JOBS_MAX_FILE_BYTES = 10
    response = submit(ada, kind="profile", file=csv(b"a,b\n" + b"1,2\n" * 10))
    assert response.status_code == 413
    assert "limit is 10 bytes" in response.json()["error"]["fields"]["file"][0]
    assert files.folders() == []


def test_body_over_the_limit_is_refused_before_it_is_parsed(ada: Client, settings: Settings) -> None:
    settings.JOBS_MAX_FILE_BYTES = 10
    response = submit(ada, kind="profile", file=csv(b"1" * 1_100_000))
    assert response.status_code == 413


def test_body_that_is_no_json_is_refused(ada: Client) -> None:
    response = ada.post("/api/jobs/", "{", content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"]["message"]


@pytest.mark.parametrize(
    "query", ["status=%00", "kind=%00", "status=nope", "cursor=cD1nYXJiYWdl", "cursor=%FF", "cursor=x"]
)
def test_hostile_query_is_no_error_of_ours(ada: Client, query: str) -> None:
    assert ada.get(f"/api/jobs/?{query}").status_code in (200, 400, 404)


def test_deeply_nested_body_is_refused(ada: Client) -> None:
    response = ada.post("/api/jobs/", "[" * 200_000, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"]["code"]


def test_idempotency_key_that_is_too_long_is_refused(ada: Client) -> None:
    assert submit(ada, headers={"Idempotency-Key": "k" * 201}).status_code == 400


def test_same_idempotency_key_returns_the_same_job(ada: Client, broker: Broker) -> None:
    first, second = (submit(ada, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert len(broker.messages) == 1


def test_jobs_are_listed_newest_first_filtered_and_mine_alone(ada: Client, eve: Client) -> None:
    ids = [submit(ada).json()["id"] for _ in range(3)]
    Job.objects.filter(pk=ids[0]).update(status="failed")
    assert [job["id"] for job in ada.get("/api/jobs/").json()["results"]] == ids[::-1]
    assert [job["id"] for job in ada.get("/api/jobs/?status=failed").json()["results"]] == ids[:1]
    assert eve.get("/api/jobs/").json()["results"] == []


def test_list_is_paged_by_cursor(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.jobs.api.views.Pages.page_size", 2)
    ids = [submit(ada).json()["id"] for _ in range(3)]
    page = ada.get("/api/jobs/").json()
    assert [job["id"] for job in page["results"]] == [ids[2], ids[1]]
    assert [job["id"] for job in ada.get(page["next"]).json()["results"]] == [ids[0]]


def test_job_of_another_user_is_not_found(ada: Client, eve: Client) -> None:
    job = submit(ada).json()
    for response in (eve.get(f"/api/jobs/{job['id']}/"), eve.delete(f"/api/jobs/{job['id']}/")):
        assert response.status_code == 404
        assert response.json()["error"]["code"] == "NOT_FOUND"
    assert Job.objects.exists()


def test_nobody_signed_in_is_refused(client: Client) -> None:
    response = client.get("/api/jobs/")
    assert (response.status_code, response.json()["error"]["code"]) == (401, "NOT_AUTHENTICATED")


def test_file_for_later_steps_is_not_shown(ada: Client, broker: Broker, probe: Functions) -> None:
    def split(run: Any) -> dict[str, int]:
        run.save_file("table.parquet", b"rows")
        return {"parts": 1}

    read: list[bytes] = []

    def draw(run: Any) -> None:
        with run.open_file("table.parquet") as path:
            read.append(path.read_bytes())

    probe.split, probe.draw = split, draw
    job = submit(ada).json()
    broker.deliver()
    assert read == [b"rows"]
    assert ada.get(f"/api/jobs/{job['id']}/").json()["artifacts"] == []


def test_job_is_run_again_with_its_file_and_options(ada: Client, eve: Client, broker: Broker) -> None:
    first = submit(ada, kind="profile", file=csv(b"a,b\n1,2\n"), priority="low").json()
    assert eve.post(f"/api/jobs/{first['id']}/again/").status_code == 404
    answer = ada.post(f"/api/jobs/{first['id']}/again/")
    second = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/jobs/{second['id']}/")
    assert second["id"] != first["id"]
    for name in ("kind", "source", "options", "priority"):
        assert second[name] == first[name]
    ada.delete(f"/api/jobs/{first['id']}/")
    assert default_storage.open(files.source_path(second["id"])).read() == b"a,b\n1,2\n"


def test_job_is_run_again_with_its_url_or_without_any_source(ada: Client, broker: Broker) -> None:
    fetched = submit(ada, kind="profile", url="https://example.org/table.csv").json()
    again = ada.post(f"/api/jobs/{fetched['id']}/again/").json()
    assert Job.objects.get(pk=again["id"]).source_url == "https://example.org/table.csv"
    bare = submit(ada, options='{"parts": 5}').json()
    assert ada.post(f"/api/jobs/{bare['id']}/again/").json()["options"] == {"parts": 5}


def test_job_whose_file_is_gone_is_not_run_again(ada: Client, broker: Broker) -> None:
    job = submit(ada, kind="profile", file=csv()).json()
    files.delete_job_files(job["id"])
    answer = ada.post(f"/api/jobs/{job['id']}/again/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "CONFLICT")


def test_upload_that_finds_the_storage_full_is_refused_and_leaves_nothing(
    ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = FileSystemStorage._save  # type: ignore[attr-defined]

    def run_out(storage: FileSystemStorage, name: str, content: Any) -> str:
        save(storage, name, ContentFile(b"a,b"))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", run_out)
    answer = submit(ada, kind="profile", file=csv())
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "STORAGE_FULL")
    assert not Job.objects.exists()
    assert not any(files.modified_at(job_id) for job_id in files.folders())


def test_deleted_job_is_gone_with_its_files(ada: Client, broker: Broker, probe: Functions) -> None:
    job = submit(ada).json()
    make_artifact(broker, probe, "chart.png", "image/png")
    assert default_storage.exists(files.job_folder(job["id"]))
    assert ada.delete(f"/api/jobs/{job['id']}/").status_code == 204
    assert ada.get(f"/api/jobs/{job['id']}/").status_code == 404
    assert not default_storage.exists(files.job_folder(job["id"]))


def test_deleted_job_stops_its_running_step(ada: Client, broker: Broker, probe: Functions) -> None:
    def split(run: Attempt) -> dict[str, int]:
        ada.delete(f"/api/jobs/{run.job_id}/")
        run.report(50)
        raise AssertionError("goes on")

    probe.split = split  # type: ignore[assignment]
    submit(ada)
    broker.deliver()
    assert not Job.objects.exists()


def test_files_that_no_job_owns_are_cleaned_up_when_they_are_old(
    ada: Client, monkeypatch: pytest.MonkeyPatch, probe: Functions
) -> None:
    kept = submit(ada, kind="profile", file=csv()).json()["id"]
    files.save(f"{files.job_folder('0b9f6f0e-7a53-4a0c-8a4e-0123456789ab')}/source", b"left behind")
    assert clean_up() == 0
    monkeypatch.setattr("django.utils.timezone.now", lambda now=timezone.now: now() + timedelta(minutes=16))
    assert clean_up() == 1
    assert files.folders() == [kept]


def test_upload_that_never_finished_expires(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    job = submit(ada).json()
    Job.objects.update(status="uploading", created_at=timezone.now() - timedelta(minutes=16))
    assert clean_up() == 1
    assert ada.get(f"/api/jobs/{job['id']}/").json()["status"] == "expired"


def test_address_that_does_not_exist_is_answered_in_the_shape_of_errors(client: Client) -> None:
    response = client.get("/api/nothing/")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_pipelines_are_described(client: Client, probe: Functions) -> None:
    described = {pipeline["kind"]: pipeline for pipeline in client.get("/api/pipelines/").json()}
    assert described["probe"]["stages"][1] == {"name": "draw", "queue": "charts_cpu"}
    assert described["probe"]["options_schema"]["properties"]["parts"]["type"] == "integer"
