"""How long it takes from saving a file until its new code has run, in the development stack."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from native.services import queue_names, worker_name
from testing.compose import Project, free_ports, project

CODE = """
from apps.jobs.pipelines import pipeline


@pipeline(queue="default")
def edited() -> int:
    return {number}
"""
EVERY = 0.1  # seconds between two looks
WITHIN = 60.0  # seconds
QUIET = 6.0  # seconds between two edits: until what can wait has restarted, too


@contextmanager
def development_stack() -> Iterator[Project]:
    """Yield a development stack, whose processes restart side by side; nothing of it stays."""
    variables = free_ports("WEB_PORT", "FRONTEND_PORT", "FLOWER_PORT")
    with TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the containers' user reads it
        own = f"bench-reload-{variables['WEB_PORT']}"
        with project(name=own, file="docker-compose.yml", folder=folder, variables=variables) as stack:
            stack.up("web", "beat", *(worker_name(queue) for queue in queue_names()))
            yield stack


def seconds_to_run(stack: Project, edits: int) -> tuple[float, float]:
    """Return the seconds of a new file, and the median of so many edits of it."""
    with httpx.Client(base_url=f"http://localhost:{stack.variables['WEB_PORT']}", timeout=5) as client:
        token = client.post("/api/token/", json={"username": "demo", "password": "demo"}).json()["token"]
        client.headers["Authorization"] = f"Token {token}"
        file = stack.folder / "backend" / "pipelines" / "edited.py"
        first = _edit(file, client, 0)
        return first, median(_edit(file, client, number) for number in range(1, edits + 1))


def _edit(file: Path, client: httpx.Client, number: int) -> float:
    """Save the file, and run jobs, one after another, until one returns what only the new code returns."""
    time.sleep(QUIET)
    file.write_text(CODE.format(number=number))
    saved = time.monotonic()
    job: dict[str, Any] = {}
    while time.monotonic() - saved < WITHIN:
        with suppress(httpx.TransportError, httpx.HTTPStatusError):  # the web server restarts, too
            job = _newest(client, job)
        if job.get("result") == number:
            return time.monotonic() - saved
        time.sleep(EVERY)
    raise TimeoutError(f"The edit number {number} was not seen within {WITHIN:.0f} s.")


def _newest(client: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    """Return the job as it is now, or a new one when it has ended with what the old code returns."""
    if not job or job["finished_at"]:
        answer = client.post("/api/jobs/", json={"kind": "edited"})
    else:
        answer = client.get(f"/api/jobs/{job['id']}/")
    found: dict[str, Any] = answer.raise_for_status().json()
    return found
