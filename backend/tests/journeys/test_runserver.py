"""Django's own way to serve a project, `python manage.py runserver`, speaks WebSocket too."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from native.ports import free_port
from native.processes import Process, stop
from testing.waiting import wait_until
from tests.journeys.watching import answer, socket
from tests.site import Site
from tests.stack import Stack

pytestmark = pytest.mark.integration


@pytest.fixture
def site(stack: Stack, tmp_path: Path) -> Iterator[Site]:
    port = str(free_port())
    command = [sys.executable, "manage.py", "runserver", port]
    process = Process(replace(stack.services["web"], name="runserver", command=command), log=tmp_path / "runserver.log")
    site = Site(f"http://127.0.0.1:{port}")
    try:
        wait_until(lambda: is_answering(site), what="runserver to answer")
        yield site
    finally:
        stop([process], patience=10)


def is_answering(site: Site) -> bool:
    try:
        return httpx.get(f"{site.url}/readyz", timeout=5).is_success
    except httpx.TransportError:
        return False


async def test_runserver_serves_pages_and_sockets(site: Site) -> None:
    assert "Log in" in httpx.get(f"{site.url}/admin/login/", timeout=30).text
    async with asyncio.timeout(30), socket(site, "/ws/jobs/", headers=site.headers) as connection:
        assert (await answer(connection))["type"] == "jobs.snapshot"
