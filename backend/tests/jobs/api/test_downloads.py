"""The files of a job over HTTP: to their owner alone, bit by bit, and nothing in them runs in the browser."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from asgiref.sync import sync_to_async
from django.core.files.storage import FileSystemStorage, default_storage
from django.test import AsyncClient, Client

from apps.accounts.models import User
from apps.jobs.api.downloads import safe_name
from tests.jobs.api.rows import make_artifact, make_job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def browser(owner: User) -> AsyncClient:
    """Ada's, at the server's ASGI side: there a download is sent bit by bit."""
    client = AsyncClient()
    await client.aforce_login(owner)
    return client


async def blocks(response: Any) -> AsyncIterator[bytes]:
    async for block in response.streaming_content:
        yield block


async def content(response: Any) -> bytes:
    return b"".join([block async for block in blocks(response)])


@pytest.mark.parametrize(
    ("name", "content_type", "query", "disposition"),
    [
        ("chart.png", "image/png", "", "inline"),
        ("chart.png", "image/png", "?download", "attachment"),
        ("page.html", "text/html", "", "attachment"),
        ("page", "text/html", "", "attachment"),
        ("d.svg", "image/svg+xml", "", "attachment"),
        ("a\r\nSet-Cookie: b.png", "image/png", "", "inline"),
    ],
)
async def test_artifact_is_sent_as_it_is_and_only_safe_images_inline(
    browser: AsyncClient, owner: User, name: str, content_type: str, query: str, disposition: str
) -> None:
    job = await sync_to_async(make_job)(owner)
    artifact = await sync_to_async(make_artifact)(job, name, content_type=content_type)
    address = f"/api/jobs/{job.pk}/artifacts/{artifact.pk}/{query}"
    response = await browser.get(address, headers={"Accept": content_type})
    assert await content(response) == b"content"
    assert (response["Content-Type"], response["Content-Length"]) == (content_type, "7")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith(disposition)
    assert "filename" in response["Content-Disposition"]


def test_artifact_of_another_user_or_job_is_not_found(ada: Client, eve: Client, owner: User) -> None:
    job, other = make_job(owner), make_job(owner)
    artifact = make_artifact(job, "chart.png")
    assert eve.get(f"/api/jobs/{job.pk}/artifacts/{artifact.pk}/").status_code == 404
    assert ada.get(f"/api/jobs/{other.pk}/artifacts/{artifact.pk}/").status_code == 404
    assert ada.get(f"/api/jobs/{job.pk}/artifacts/{10**30}/").status_code == 404


def test_artifact_whose_file_is_gone_is_not_found(ada: Client, owner: User) -> None:
    job = make_job(owner)
    artifact = make_artifact(job, "chart.png")
    default_storage.delete(artifact.path)
    assert ada.get(f"/api/jobs/{job.pk}/artifacts/{artifact.pk}/").status_code == 404


async def test_large_file_is_read_while_it_is_sent(browser: AsyncClient, owner: User) -> None:
    job = await sync_to_async(make_job)(owner)
    artifact = await sync_to_async(make_artifact)(job, "rows.bin", b"x" * 1_000_000)
    response = await browser.get(f"/api/jobs/{job.pk}/artifacts/{artifact.pk}/")
    sizes = [len(block) async for block in blocks(response)]
    assert (sum(sizes), max(sizes)) == (1_000_000, 64 * 1024)


async def test_all_artifacts_are_sent_as_one_archive_without_internal_files(browser: AsyncClient, owner: User) -> None:
    job = await sync_to_async(make_job)(owner)
    for name, text in (("a.png", b"first"), ("../../b.txt", b"second"), ("gone.txt", b""), ("A.PNG", b"third")):
        await sync_to_async(make_artifact)(job, name, text)
    await sync_to_async(make_artifact)(job, "rows", internal=True)
    await sync_to_async(default_storage.delete)((await job.artifacts.aget(name="gone.txt")).path)
    response = await browser.get(f"/api/jobs/{job.pk}/artifacts.zip", headers={"Accept": "application/zip"})
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith("attachment")
    with ZipFile(BytesIO(await content(response))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "a.png": b"first",
            "_.._b.txt": b"second",
            "A (2).PNG": b"third",
        }


async def test_archive_is_made_while_it_is_sent(
    browser: AsyncClient, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await sync_to_async(make_job)(owner)
    for number in range(3):
        await sync_to_async(make_artifact)(job, f"{number}.bin", b"x" * 300_000)
    opened: list[str] = []
    open_file = FileSystemStorage._open  # type: ignore[attr-defined]

    def note(storage: FileSystemStorage, name: str, mode: str = "rb") -> Any:
        opened.append(name)
        return open_file(storage, name, mode)

    monkeypatch.setattr(FileSystemStorage, "_open", note)
    response = await browser.get(f"/api/jobs/{job.pk}/artifacts.zip")
    sent = blocks(response)
    await anext(sent)
    assert len(opened) == 1
    assert max([len(block) async for block in sent]) < 100_000
    assert len(opened) == 3


async def test_archive_of_a_job_without_artifacts_is_empty(browser: AsyncClient, owner: User) -> None:
    job = await sync_to_async(make_job)(owner)
    response = await browser.get(f"/api/jobs/{job.pk}/artifacts.zip")
    with ZipFile(BytesIO(await content(response))) as archive:
        assert archive.namelist() == []


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Sales (2024) 50 %.csv", "Sales (2024) 50 %.csv"),
        ("Größe.png", "Größe.png"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..\\..\\boot.ini", "_.._boot.ini"),
        ("/root", "_root"),
        ("C:evil.exe", "C_evil.exe"),
        ("a\r\nb\0c\x1bd", "a__b_c_d"),
        ("invoice\u202egnp.exe", "invoice_gnp.exe"),
        ("trailing. . ", "trailing"),
        ("..", "file"),
        ("", "file"),
    ],
)
def test_name_leads_nowhere_on_any_system(name: str, safe: str) -> None:
    assert safe_name(name) == safe
