"""The storage in a bucket: a real server that speaks S3, on this machine."""

import io
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs.models import Artifact, Job, Step, Upload
from apps.jobs.services import uploads
from apps.jobs.storage import bucket, files
from apps.operations import clean_up
from config import settings as configured
from testing.bucket import make_bucket, s3_server
from tests.jobs.api.rows import make_artifact, make_job

pytestmark = pytest.mark.django_db(transaction=True)

CHUNK = 5 * 1024 * 1024  # the smallest that S3 takes
CONTENT = b"a,b\n" + b"1,2\n" * (CHUNK // 4)
HEAD, TAIL = CONTENT[:CHUNK], CONTENT[CHUNK:]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as url:
        yield url


@pytest.fixture(autouse=True)
def storage(settings: Settings, endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    options = {
        "bucket_name": make_bucket(endpoint),
        "endpoint_url": endpoint,
        "access_key": "key",
        "secret_key": "secret",
    }
    options |= {"addressing_style": "path"}
    s3 = configured.S3 | {"OPTIONS": configured.S3["OPTIONS"] | options}  # type: ignore[operator]
    settings.STORAGES = settings.STORAGES | {"default": s3}
    monkeypatch.setattr(uploads, "CHUNK_BYTES", CHUNK)
    monkeypatch.setattr(files, "WORK", tmp_path / "work")


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def ada(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def address(ada: Client) -> str:
    """Where a job is whose file is to come."""
    body = {"kind": "rehearsal", "upload": {"name": "large.csv", "size": len(CONTENT)}}
    address: str = ada.post("/api/jobs/", body, content_type="application/json")["Location"]
    return address


def digest(content: bytes) -> str:
    return b64encode(sha256(content).digest()).decode()


def test_chunks_go_past_our_servers(ada: Client, address: str) -> None:
    assert ada.get("/api/session/").json()["files_in_bucket"] is True
    for content, received in ((HEAD, 0), (TAIL, CHUNK)):
        state = ada.get(f"{address}upload/", {"sha256": digest(content)}).json()
        assert (state["received"], state["chunk_bytes"]) == (received, CHUNK)
        assert state["signed"]["headers"] == {"x-amz-checksum-sha256": digest(content)}
        assert "x-amz-checksum-sha256" in state["signed"]["url"]  # the signature holds it, so that none may be left out
        httpx.put(state["signed"]["url"], content=content, headers=state["signed"]["headers"]).raise_for_status()
    assert ada.get(f"{address}upload/").json()["received"] == len(CONTENT)
    job = ada.get(address).json()
    assert (job["status"], job["message"]) == ("uploading", f"{len(CONTENT):,} of {len(CONTENT):,} bytes have arrived")
    for _ in range(2):
        assert ada.post(f"{address}start/").json()["status"] == "queued"
    assert files.open_source(job["id"]).read() == CONTENT
    with files.local_file(files.source_path(job["id"])) as path:
        assert path.read_bytes() == CONTENT
    assert not path.exists()
    assert (list(bucket.unfinished_uploads("jobs/")), Step.objects.count()) == ([], 1)


def test_chunks_may_come_through_our_servers_too(ada: Client, address: str) -> None:
    def put(first: int, content: bytes) -> Any:
        span = f"bytes {first}-{first + len(content) - 1}/{len(CONTENT)}"
        return ada.put(
            f"{address}upload/", content, content_type="application/octet-stream", headers={"Content-Range": span}
        )

    short = put(0, HEAD[:-1])
    assert (short.status_code, "only the last one fewer" in short.json()["error"]["message"]) == (400, True)
    assert put(0, HEAD).json()["received"] == CHUNK
    assert ada.post(f"{address}start/").status_code == 409
    assert put(CHUNK, TAIL).json()["received"] == len(CONTENT)
    job = ada.post(f"{address}start/").json()
    assert files.open_source(job["id"]).read() == CONTENT


def test_file_that_was_made_before_its_job_could_start_is_not_awaited_again(ada: Client, address: str) -> None:
    job_id, multipart = Upload.objects.values_list("job_id", "multipart").get()
    key = files.source_path(job_id)
    bucket.send_part(key, multipart, 1, HEAD)
    bucket.send_part(key, multipart, 2, TAIL)
    bucket.finish_upload(key, multipart)
    assert ada.get(f"{address}upload/").json()["received"] == len(CONTENT)
    assert ada.post(f"{address}start/").json()["status"] == "queued"


def test_upload_that_the_bucket_has_ended_is_told(ada: Client, address: str) -> None:
    job_id, multipart = Upload.objects.values_list("job_id", "multipart").get()
    bucket.abort_upload(files.source_path(job_id), multipart)
    for answer in (ada.get(f"{address}upload/"), ada.post(f"{address}start/")):
        assert (answer.status_code, "is gone" in answer.json()["error"]["message"]) == (409, True)


def test_digest_that_is_none_is_refused(ada: Client, address: str) -> None:
    assert ada.get(f"{address}upload/", {"sha256": "abc"}).status_code == 400
    assert ada.get(f"{address}upload/").json()["signed"]["headers"] == {}


def test_uploads_that_nobody_awaits_end(ada: Client, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PATIENCE", timedelta())
    assert len(list(bucket.unfinished_uploads("jobs/"))) == 1
    assert uploads.forget_uploads() == 0
    ada.post(f"{address}cancel/")
    assert uploads.forget_uploads() == 1
    assert list(bucket.unfinished_uploads("jobs/")) == []


def test_files_that_no_job_owns_go_from_the_bucket(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Job.objects.create(owner=owner, kind="probe")
    for job_id in (kept.pk, uuid4()):
        files.save(files.source_path(job_id), b"a,b")
        files.save(files.attempt_path(job_id, 1, 1, "chart.png"), b"png")
    clean_up.clean_up()
    assert len(files.folders()) == 2
    monkeypatch.setattr(clean_up, "SURELY_SUBMITTED", timedelta(seconds=-60))
    clean_up.clean_up()
    assert files.folders() == [str(kept.pk)]
    files.delete_job_files(kept.pk)
    files.delete_job_files(kept.pk)
    assert files.folders() == []


def test_downloads_come_from_the_bucket_and_archives_from_us(ada: Client, owner: User) -> None:
    job = make_job(owner)
    for name, content_type in (("北.png", "image/png"), ("page.html", "text/html")):
        make_artifact(job, name, name.encode(), content_type=content_type)
    for artifact, inline in zip(Artifact.objects.order_by("pk"), (True, False), strict=True):
        answer = ada.get(f"/api/jobs/{job.pk}/artifacts/{artifact.pk}/")
        assert (answer.status_code, answer["Cache-Control"]) == (302, "private, max-age=1800")
        file = httpx.get(answer["Location"]).raise_for_status()
        assert (file.text, file.headers["Content-Type"]) == (artifact.name, artifact.content_type)
        assert file.headers["Content-Disposition"].startswith("inline" if inline else "attachment")
    archive = ada.get(f"/api/jobs/{job.pk}/artifacts.zip")
    with pytest.warns(Warning, match="asynchronous"):
        content = b"".join(archive)
    with ZipFile(io.BytesIO(content)) as zipped:
        assert zipped.read("北.png").decode() == "北.png"


def test_file_that_is_not_there_is_not_found() -> None:
    with pytest.raises(FileNotFoundError), files.local_file("jobs/x/none"):
        pass
    with pytest.raises(FileNotFoundError):
        files.open_source(uuid4())


def test_addresses_are_signed_for_the_name_that_browsers_know(settings: Settings) -> None:
    settings.S3_PUBLIC_URL = "https://files.example.org"
    bucket._public_client.cache_clear()
    url = bucket.signed_download("jobs/x/source", name="a.csv", content_type="text/csv", as_attachment=True)
    assert url.startswith("https://files.example.org/files-")


def test_bucket_is_made_ready_for_browsers(settings: Settings) -> None:
    call_command("prepare_bucket", "https://example.org")
    rules = bucket._client().get_bucket_cors(Bucket=bucket._name())["CORSRules"]
    assert [rule["AllowedOrigins"] for rule in rules] == [["https://example.org"]]
    settings.STORAGES = settings.STORAGES | {"default": configured.LOCAL}
    with pytest.raises(CommandError, match="S3_BUCKET is not set"):
        call_command("prepare_bucket", "https://example.org")
