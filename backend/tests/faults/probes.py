"""Jobs of the pipelines in `probe`, on a native stack whose backend has that folder more."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from testing.waiting import wait_until
from tests import servers
from tests.site import Site
from tests.stack import Stack, running_stack

BACKEND = Path(__file__).resolve().parents[2]
ENDED = ("completed", "failed", "cancelled")
WITHIN = 90.0  # seconds


@contextmanager
def probing_stack(*, redis: str, postgres: str, folder: Path, variables: dict[str, str]) -> Iterator[Stack]:
    """Yield a stack, on a database of its own, whose backend has the probes: as a user adds pipelines, by a folder."""
    shutil.copytree(BACKEND, folder / "backend", ignore=shutil.ignore_patterns(".*", "tests"))
    shutil.copytree(Path(__file__).with_name("probe"), folder / "backend" / "pipelines" / "probe")
    variables = {"REDIS_URL": f"{redis}/2", "PIPELINES": "pipelines"} | variables
    with (
        servers.database_beside(postgres, "probes") as database,
        running_stack(
            redis=redis, database=database, folder=folder, variables=variables, backend=folder / "backend"
        ) as stack,
    ):
        yield stack


def submit(site: Site, do: str, queue: str = "charts_cpu") -> str:
    """Submit a job of one step, and return its id."""
    with site.client() as client:
        answer = client.post("/api/jobs/", json={"kind": f"probe_{queue}", "options": {"do": do}})
        return str(answer.raise_for_status().json()["id"])


def read(site: Site, job_id: str) -> dict[str, Any]:
    with site.client() as client:
        job: dict[str, Any] = client.get(f"/api/jobs/{job_id}/").raise_for_status().json()
        return job


def end_of(site: Site, job_id: str, *, seconds: float = WITHIN) -> dict[str, Any]:
    wait_until(lambda: read(site, job_id)["status"] in ENDED, what="the job to end", seconds=seconds)
    return read(site, job_id)


def wait_until_begun(site: Site, job_id: str) -> None:
    wait_until(lambda: read(site, job_id)["message"] == "begun", what="the step to begin", seconds=WITHIN)


def cancel(site: Site, job_id: str) -> dict[str, Any]:
    with site.client() as client:
        job: dict[str, Any] = client.post(f"/api/jobs/{job_id}/cancel/").raise_for_status().json()
        return job
