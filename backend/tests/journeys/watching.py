"""How a journey looks at a job from outside: submit over HTTP, watch over WebSocket, read the end state."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from tests.site import Site, tls

Json = dict[str, Any]

FINAL = ("completed", "failed", "cancelled")
WITHIN = 120.0  # seconds, on a machine that may be busy


def submit(stack: Site, file: Path, kind: str = "rehearsal", **fields: str) -> Json:
    """Submit a file and return the job."""
    with stack.client() as client, file.open("rb") as content:
        answer = client.post(
            "/api/jobs/", data={"kind": kind, **fields}, files={"file": (file.name, content, "text/csv")}
        )
    assert answer.status_code == 201, answer.text
    job: Json = answer.json()
    assert answer.headers["Location"] == f"/api/jobs/{job['id']}/"
    return job


def read(stack: Site, job_id: str) -> Json:
    with stack.client() as client:
        job: Json = client.get(f"/api/jobs/{job_id}/").raise_for_status().json()
        return job


@asynccontextmanager
async def socket(
    stack: Site, path: str, *, headers: dict[str, str] | None = None, origin: str | None = None
) -> AsyncIterator[ClientConnection]:
    """Yield an open socket; signed in as the demo user unless other headers are given."""
    signed_in = stack.headers if headers is None else headers
    async with connect(
        stack.websocket_url + path,
        additional_headers=signed_in,
        origin=Origin(origin) if origin else None,
        open_timeout=30,
        ssl=None if stack.verify else tls(verify=False),
        max_size=None,
    ) as connection:
        yield connection


async def answer(connection: ClientConnection) -> Json:
    """Return the next event that isn't news of a job: what the server says to this socket alone."""
    async for message in connection:
        event: Json = json.loads(message)
        if event["type"] not in ("job.updated", "job.deleted", "heartbeat"):
            return event
    raise AssertionError(f"The socket closed ({connection.close_code}) without an answer.")


def merged(state: Json, event: Json) -> Json:
    """Return what a client shows after a message about a job of which it has shown `state`."""
    job: Json = event["job"]
    if job["version"] <= state["version"]:
        return state
    if event["type"] == "job.snapshot":
        return job
    assert event["since"] <= state["version"], "an update has a gap"
    steps = {step["id"]: step for step in (*state["steps"], *job["steps"])}
    artifacts = {artifact["name"]: artifact for artifact in (*state["artifacts"], *job["artifacts"])}
    return job | {
        "steps": sorted(steps.values(), key=lambda step: int(step["id"])),
        "artifacts": sorted(artifacts.values(), key=lambda artifact: (artifact["step"], artifact["id"])),
    }


async def watch(connection: ClientConnection, job_id: str) -> list[Json]:
    """Return the states of the job that a client shows, the snapshot first, until a final one."""
    states: list[Json] = []
    async for message in connection:
        event = json.loads(message)
        if event["type"] == "heartbeat" and states and event["versions"].get(job_id, 0) > states[-1]["version"]:
            await connection.send(json.dumps({"type": "resync"}))
        if event["type"] in ("job.snapshot", "job.updated") and event["job"]["id"] == job_id:
            state = merged(states[-1], event) if states else event["job"]
            if states and state is states[-1]:
                continue
            states.append(state)
            if state["status"] in FINAL:
                return states
    raise AssertionError(f"The socket closed ({connection.close_code}) before the job ended. Last state: {states[-1:]}")


def assert_only_forward(states: Sequence[Json]) -> None:
    """Progress never falls; a step that ended stays so."""
    for before, after in pairwise(states):
        assert after["progress"] >= before["progress"]
        ended = {step["id"]: step["status"] for step in before["steps"] if step["status"] in FINAL}
        now = {step["id"]: step["status"] for step in after["steps"]}
        assert ended.items() <= now.items()


def download(stack: Site, artifact: Json) -> httpx.Response:
    with stack.client() as client:
        return client.get(artifact["url"]).raise_for_status()
