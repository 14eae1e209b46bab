"""Sockets that watch jobs: how long after a report its message is there, and whether each ends with the true state."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from websockets.asyncio.client import connect

EACH = 50  # sockets of one user, the most there may be
SETTLED = 5.0  # seconds after the last snapshot until messages count


@dataclass
class Watch:
    """What one socket saw."""

    opened_at: float = 0.0  # when it had its snapshot
    delays: list[tuple[float, float]] = field(default_factory=list)  # when something was reported, ms to its message
    ended_well: bool = False


async def watch(url: str, job: dict[str, Any]) -> Watch:
    """Watch a job to its end."""
    seen = Watch()
    headers = {"Authorization": f"Token {job['token']}"}
    async with connect(f"{url}/ws/jobs/{job['id']}/", additional_headers=headers, open_timeout=60) as connection:
        async for event in _states(connection):
            now, job_now = time.time(), event["job"]
            seen.opened_at = seen.opened_at or now
            if job_now["status"] not in ("queued", "processing"):
                seen.ended_well = job_now["status"] == "completed"
                break
            if event["type"] == "job.updated" and job_now["message"]:
                reported = float(job_now["message"])
                seen.delays.append((reported, 1000 * (now - reported)))
    return seen


async def _states(connection: Any) -> AsyncIterator[dict[str, Any]]:
    async for message in connection:
        event = json.loads(message)
        if event["type"] in ("job.snapshot", "job.updated"):
            yield event


async def watch_all(url: str, jobs: list[dict[str, Any]], sockets: int) -> dict[str, float]:
    """Open so many sockets at once, spread over the jobs. Return the seconds until all have their snapshot, p50 and
    p95 in milliseconds of what is reported once that has settled, and how many ended wrong."""
    begun = time.time()
    seen = await asyncio.gather(*(watch(url, jobs[number % len(jobs)]) for number in range(sockets)))
    opened_at = max(socket.opened_at for socket in seen)
    delays = [delay for socket in seen for reported, delay in socket.delays if reported > opened_at + SETTLED]
    p95 = quantiles(delays, n=20)[-1]
    wrong = sum(not socket.ended_well for socket in seen)
    return {"opened": opened_at - begun, "p50": median(delays), "p95": p95, "wrong": wrong}
