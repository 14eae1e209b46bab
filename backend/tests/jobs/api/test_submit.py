"""Asking for a job over HTTP: what is accepted, what is refused, and in which words."""

import errno
import io
import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.test import Client
from pytest_django import Settings

from apps.jobs.models import Job
from apps.jobs.storage import files

pytestmark = pytest.mark.django_db(transaction=True)


def csv(content: bytes = b"a,b\n1,2\n", name: str = "table.csv") -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def submit(client: Client, headers: dict[str, str] | None = None, **fields: Any) -> Any:
    return client.post("/api/jobs/", {"kind": "probe", **fields}, headers=headers)


def test_submitted_job_is_answered_at_once_whole_and_with_its_address(ada: Client) -> None:
    response = submit(ada, options=json.dumps({"parts": 3}))
    job = response.json()
    assert response.status_code == 201
    assert response["Location"] == f"/api/jobs/{job['id']}/"
    assert (job["kind"], job["status"], job["priority"], job["options"]) == ("probe", "queued", "normal", {"parts": 3})
    assert [(stage["name"], stage["queue"], stage["total"]) for stage in job["stages"]] == [
        ("split", "ingestion_io", 1),
        ("draw", "charts_cpu", 0),
    ]
    assert set(job["steps"][0]) == {
        *("id", "stage", "label", "queue", "status", "progress", "attempt", "worker", "error", "draft"),
        *("retry_at", "queued_at", "started_at", "finished_at"),
    }


def test_job_is_submitted_as_json_too(ada: Client) -> None:
    body = {"kind": "probe", "options": {"parts": 4}, "priority": "high"}
    job = ada.post("/api/jobs/", body, content_type="application/json").json()
    assert (job["options"], job["priority"]) == ({"parts": 4}, "high")


def test_fields_left_empty_are_as_if_not_sent(ada: Client) -> None:
    job = submit(ada, url="", priority="", options="").json()
    assert (job["options"], job["priority"], job["source"]) == ({"parts": 2}, "normal", None)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"kind": "nope"}, "kind", "'nope'"),
        ({"kind": ""}, "kind", "blank"),
        ({"kind": "k" * 65}, "kind", "64 characters"),
        ({"options": "{"}, "options", "not valid JSON"),
        ({"options": "[1]"}, "options", "JSON object"),
        ({"options": '{"parts": "many"}'}, "options", "parts"),
        ({"options": '{"colour": 1}'}, "options", "colour"),
        ({"priority": "urgent"}, "priority", "high, normal, low"),
        ({"url": "https://example.org/table.csv"}, "url", "takes no file"),
        ({"kind": "rehearsal"}, "file", "Send a file"),
        ({"kind": "rehearsal", "url": "file:///etc/passwd"}, "url", "http:// or https://"),
        ({"kind": "rehearsal", "url": "http://me:secret@example.org/"}, "url", "user name or password"),
        ({"kind": "rehearsal", "url": "http://[oops/"}, "url", "URL"),
        ({"kind": "rehearsal", "url": "http://example.org/\0"}, "url", "characters"),
        ({"options": "[" * 200_000}, "options", "JSON"),
        ({"kind": "rehearsal", "file": csv(name="table.exe")}, "file", ".csv"),
        ({"kind": "rehearsal", "file": csv(b"")}, "file", "empty"),
        ({"kind": "rehearsal", "file": "no file"}, "file", "not a file"),
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


@pytest.mark.parametrize(
    "body", ["{", "[1]", '"text"', "null", "[" * 200_000, '{"kind": ["probe"]}', '{"kind": 1e999}']
)
def test_body_that_is_no_submission_is_refused(ada: Client, body: str) -> None:
    response = ada.post("/api/jobs/", body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"]["message"]


def test_json_over_the_limit_is_refused_before_it_is_parsed(ada: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = ada.post("/api/jobs/", json.dumps({"kind": "x" * 1000}), content_type="application/json")
    assert (response.status_code, response.json()["error"]["code"]) == (413, "TOO_LARGE")


def test_file_over_the_limit_is_refused_and_not_kept(ada: Client, settings: Settings) -> None:
    settings.JOBS_MAX_FILE_BYTES = 10
    response = submit(ada, kind="rehearsal", file=csv(b"a,b\n" + b"1,2\n" * 10))
    assert response.status_code == 413
    assert "limit is 10 bytes" in response.json()["error"]["fields"]["file"][0]
    assert files.folders() == []


def test_body_over_the_limit_is_refused_before_it_is_parsed(ada: Client, settings: Settings) -> None:
    settings.JOBS_MAX_FILE_BYTES = 10
    response = submit(ada, kind="rehearsal", file=csv(b"1" * 1_100_000))
    assert response.status_code == 413


def test_idempotency_key_that_is_too_long_is_refused(ada: Client) -> None:
    response = submit(ada, headers={"Idempotency-Key": "k" * 201})
    assert response.status_code == 400
    assert "Idempotency-Key" in response.json()["error"]["fields"]


def test_same_idempotency_key_returns_the_same_job(ada: Client) -> None:
    first, second = (submit(ada, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_same_idempotency_key_for_another_request_is_a_conflict(ada: Client) -> None:
    submit(ada, headers={"Idempotency-Key": "k1"})
    response = submit(ada, headers={"Idempotency-Key": "k1"}, priority="high")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "CONFLICT")


def test_one_job_more_than_a_user_may_have_is_refused_for_a_while(ada: Client, eve: Client, settings: Settings) -> None:
    settings.JOBS_MAX_ACTIVE_PER_USER = 1
    submit(ada)
    response = submit(ada)
    assert (response.status_code, response.json()["error"]["code"]) == (429, "TOO_MANY_JOBS")
    assert int(response["Retry-After"]) > 0
    assert submit(eve).status_code == 201


def test_file_that_exceeds_the_users_quota_is_refused(ada: Client, settings: Settings) -> None:
    settings.JOBS_MAX_BYTES_PER_USER = 10
    assert submit(ada, kind="rehearsal", file=csv(b"a,b\n1,2\n")).status_code == 201
    response = submit(ada, kind="rehearsal", file=csv(b"a,b\n1,2\n"))
    assert (response.status_code, response.json()["error"]["code"]) == (507, "QUOTA_EXCEEDED")


def test_upload_that_finds_the_storage_full_is_refused_and_leaves_nothing(
    ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = FileSystemStorage._save  # type: ignore[attr-defined]

    def run_out(storage: FileSystemStorage, name: str, content: Any) -> str:
        save(storage, name, ContentFile(b"a,b"))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", run_out)
    answer = submit(ada, kind="rehearsal", file=csv())
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "STORAGE_FULL")
    assert not Job.objects.exists()
    assert not any(files.modified_at(job_id) for job_id in files.folders())


def test_job_is_run_again_with_its_file_and_options(ada: Client, eve: Client) -> None:
    first = submit(ada, kind="rehearsal", file=csv(b"a,b\n1,2\n"), priority="low").json()
    assert eve.post(f"/api/jobs/{first['id']}/again/").status_code == 404
    answer = ada.post(f"/api/jobs/{first['id']}/again/")
    second = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/jobs/{second['id']}/")
    assert second["id"] != first["id"]
    for name in ("kind", "source", "options", "priority"):
        assert second[name] == first[name]
    ada.delete(f"/api/jobs/{first['id']}/")
    assert default_storage.open(files.source_path(second["id"])).read() == b"a,b\n1,2\n"


def test_job_is_run_again_with_its_url_or_without_any_source(ada: Client) -> None:
    fetched = submit(ada, kind="rehearsal", url="https://example.org/table.csv").json()
    again = ada.post(f"/api/jobs/{fetched['id']}/again/").json()
    assert Job.objects.get(pk=again["id"]).source_url == "https://example.org/table.csv"
    bare = submit(ada, options='{"parts": 5}').json()
    assert ada.post(f"/api/jobs/{bare['id']}/again/").json()["options"] == {"parts": 5}


def test_job_whose_file_is_gone_is_not_run_again(ada: Client) -> None:
    job = submit(ada, kind="rehearsal", file=csv()).json()
    files.delete_job_files(job["id"])
    answer = ada.post(f"/api/jobs/{job['id']}/again/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "CONFLICT")
