"""A file that comes in chunks: what is kept, what is refused, and what becomes of one that stops coming."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.jobs.api.uploads import PIECE, _pieces
from apps.jobs.models import Job, Step, Upload
from apps.jobs.services import uploads
from apps.jobs.storage import files
from apps.operations.tasks import expire_uploads

pytestmark = pytest.mark.django_db(transaction=True)

CONTENT = b"a,b\n1,2\n3,4\n"
Put = Callable[..., Any]


def announce(client: Client, size: int = len(CONTENT), name: str = "large.csv", **fields: Any) -> Any:
    body = {"kind": "rehearsal", "upload": {"name": name, "size": size}, **fields}
    return client.post("/api/jobs/", body, content_type="application/json")


@pytest.fixture
def address(ada: Client) -> str:
    """Where the job is whose file is to come."""
    address: str = announce(ada)["Location"]
    return address


@pytest.fixture
def put(ada: Client, address: str) -> Put:
    """Send bytes of CONTENT, `first` to before `end`, as what they are unless something else is said."""

    def put(first: int, end: int, *, content: bytes | None = None, client: Client = ada, **headers: str) -> Any:
        headers = {"Content-Range": f"bytes {first}-{end - 1}/{len(CONTENT)}"} | headers
        body = CONTENT[first:end] if content is None else content
        return client.put(f"{address}upload/", body, content_type="application/octet-stream", headers=headers)

    return put


def digest(content: bytes) -> str:
    return f"sha-256=:{b64encode(sha256(content).digest()).decode()}:"


def job_at(client: Client, address: str) -> dict[str, Any]:
    job: dict[str, Any] = client.get(address).json()
    return job


def test_job_waits_for_its_file_chunk_by_chunk_and_then_starts(ada: Client, address: str, put: Put) -> None:
    job = job_at(ada, address)
    assert (job["status"], job["queued_at"], job["source"]) == ("created", None, {"name": "large.csv", "size": 12})
    assert ada.get(f"{address}upload/").json()["received"] == 0
    assert put(0, 5, **{"Content-Digest": digest(CONTENT[:5])}).json()["received"] == 5
    job = job_at(ada, address)
    assert (job["status"], job["message"]) == ("uploading", "5 of 12 bytes have arrived")
    early = ada.post(f"{address}start/")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "CONFLICT")
    assert put(5, 12).status_code == 200
    assert not Step.objects.exists()
    for _ in range(2):  # the second changes nothing
        job = ada.post(f"{address}start/").json()
        assert (job["status"], job["message"], job["steps_total"]) == ("queued", "", 1)
    assert files.open_source(job["id"]).read() == CONTENT
    assert not Upload.objects.exists()
    assert ada.get(f"{address}upload/").status_code == 409
    assert put(0, 5).status_code == 409


def test_upload_goes_on_from_where_it_broke_off(ada: Client, address: str, put: Put) -> None:
    assert put(0, 5).status_code == 200
    assert put(8, 12).status_code == 409
    refused = put(0, 5)
    assert refused.json()["error"]["message"] == "5 bytes have arrived: the next chunk begins there."
    assert put(5, 12).json()["received"] == 12
    ada.post(f"{address}start/")
    assert default_storage.open(files.source_path(Job.objects.get().pk)).read() == CONTENT


def test_damaged_chunk_is_refused_and_can_be_sent_again(ada: Client, address: str, put: Put) -> None:
    put(0, 5)
    bad = put(5, 12, content=b"XXXXXXX", **{"Content-Digest": digest(CONTENT[5:])})
    assert (bad.status_code, "damaged" in bad.json()["error"]["message"]) == (400, True)
    assert ada.get(f"{address}upload/").json()["received"] == 5
    assert put(5, 12, **{"Content-Digest": f"sha-512=:AAAA:, {digest(CONTENT[5:])}"}).status_code == 200
    ada.post(f"{address}start/")
    assert files.open_source(Job.objects.get().pk).read() == CONTENT


@pytest.mark.parametrize(
    ("headers", "content", "said"),
    [
        ({"Content-Range": ""}, None, "bytes FIRST-LAST/SIZE"),
        ({"Content-Range": "bytes 0-4/*"}, None, "bytes FIRST-LAST/SIZE"),
        ({"Content-Range": "bytes 0-4/13"}, None, "announced with 12 bytes"),
        ({"Content-Range": "bytes 4-0/12"}, None, "no byte of the file"),
        ({"Content-Range": "bytes 0-12/12"}, None, "no byte of the file"),
        ({}, b"", "not as long as its range"),
        ({}, CONTENT, "not as long as its range"),
        ({"Content-Digest": "md5=:AAAA:"}, None, "sha-256=:BASE64:"),
        ({"Content-Digest": "sha-256=:A:"}, None, "sha-256=:BASE64:"),
    ],
)
def test_chunk_that_is_not_what_it_says_is_refused(
    put: Put, headers: dict[str, str], content: bytes | None, said: str
) -> None:
    response = put(0, 5, content=content, **headers)
    assert response.status_code == 400
    assert said in response.json()["error"]["message"]
    assert Upload.objects.get().received == 0


def test_of_a_body_that_is_too_long_one_byte_too_many_is_read() -> None:
    body: Any = BytesIO(b"x" * 3_000_000)
    assert [len(piece) for piece in _pieces(body, 2_000_000)] == [PIECE, 2_000_001 - PIECE]
    assert body.tell() == 2_000_001


def test_chunk_over_the_limit_is_refused(put: Put, settings: Settings) -> None:
    settings.JOBS_MAX_FILE_BYTES = 4
    response = put(0, 5)
    assert (response.status_code, "at most 4 bytes" in response.json()["error"]["message"]) == (413, True)


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"size": 0}, 400, "empty"),
        ({"size": -1}, 400, "greater than or equal to 0"),
        ({"size": 2**63}, 400, "less than or equal to"),
        ({"size": 5_000_000_001}, 413, "the limit is 5,000,000,000 bytes"),
        ({"name": "large.exe"}, 400, "not of a kind"),
        ({"name": ""}, 400, "blank"),
        ({"url": "https://example.org/a.csv"}, 400, "and not several"),
        ({"kind": "probe"}, 400, "takes no file"),
        ({"upload": 3}, 400, "dictionary"),
    ],
)
def test_file_that_can_not_come_is_refused(ada: Client, fields: dict[str, Any], status: int, said: str) -> None:
    response = announce(ada, **fields)
    assert response.status_code == status
    assert said in response.json()["error"]["message"]
    assert not Job.objects.exists()


def test_upload_is_its_owners_alone(eve: Client, address: str, put: Put) -> None:
    assert put(0, 5, client=eve).status_code == 404
    assert eve.get(f"{address}upload/").status_code == 404
    assert eve.post(f"{address}start/").status_code == 404


def test_job_that_awaits_its_file_counts_as_unended_and_its_size_as_stored(ada: Client, settings: Settings) -> None:
    settings.JOBS_MAX_BYTES_PER_USER = 20
    announce(ada)
    assert announce(ada).status_code == 507
    settings.JOBS_MAX_BYTES_PER_USER, settings.JOBS_MAX_ACTIVE_PER_USER = 0, 1
    assert announce(ada).status_code == 429


def test_cancelled_upload_leaves_nothing_and_can_not_be_retried(ada: Client, address: str, put: Put) -> None:
    put(0, 5)
    assert ada.post(f"{address}cancel/").json()["status"] == "cancelled"
    assert (files.folders(), Upload.objects.exists()) == ([], False)
    assert put(5, 12).status_code == 409
    again = ada.post(f"{address}retry/")
    assert (again.status_code, "before its file was there" in again.json()["error"]["message"]) == (409, True)
    assert ada.post(f"{address}again/").status_code == 409


def test_file_that_stops_coming_expires_with_all_of_it(
    ada: Client, address: str, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(0, 5)
    Upload.objects.update(touched_at=timezone.now() - uploads.PATIENCE + timedelta(minutes=1))
    expire_uploads()
    assert job_at(ada, address)["status"] == "uploading"
    Upload.objects.update(touched_at=timezone.now() - uploads.PATIENCE)
    expire_uploads()
    job = job_at(ada, address)
    assert (job["status"], job["message"]) == ("expired", "Its file stopped coming for 15 minutes.")
    assert job["finished_at"]
    assert (files.folders(), Upload.objects.exists()) == ([], False)
    assert put(5, 12).status_code == 409
    assert ada.post(f"{address}retry/").status_code == 409
    assert ada.post(f"{address}cancel/").status_code == 409


def test_same_key_returns_the_same_upload(ada: Client) -> None:
    body = {"kind": "rehearsal", "upload": {"name": "large.csv", "size": 12}}
    first, second = (
        ada.post("/api/jobs/", body, content_type="application/json", headers={"Idempotency-Key": "k"}).json()
        for _ in range(2)
    )
    assert first["id"] == second["id"]


def test_beginning_that_is_gone_is_told(ada: Client, put: Put) -> None:
    put(0, 5)
    Path(default_storage.path(f"{files.job_folder(Job.objects.get().pk)}/upload")).unlink()
    response = put(5, 12)
    assert (response.status_code, "Create a new job" in response.json()["error"]["message"]) == (409, True)
