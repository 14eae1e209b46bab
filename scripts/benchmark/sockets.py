"""Sockets that watch jobs: how long after a report its message is there, and whether each ends with the true state."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from statistics import median, quantiles
from typing import Any

from websockets.asyncio.client import connect

EACH = 50  # sockets of one user, the most there may be
SETTLED = 2.0  # seconds after a job's start until its messages count: the sockets have opened


async def watch(url: str, job: dict[str, Any]) -> tuple[list[float], bool]:
    """Watch a job to its end. Return the milliseconds from each report to its message, and whether it ended well."""
    delays = list[float]()
    begun = time.time()
    headers = {"Authorization": f"Token {job['token']}"}
    async with connect(f"{url}/ws/jobs/{job['id']}/", additional_headers=headers, open_timeout=60) as connection:
        async for event in _states(connection):
            now, job_now = time.time(), event["job"]
            if job_now["status"] not in ("queued", "processing"):
                return delays, job_now["status"] == "completed"
            if event["type"] == "job.updated" and job_now["message"]:
                reported = float(job_now["message"])
                delays += [1000 * (now - reported)] if reported > begun + SETTLED else []
    return delays, False


async def _states(connection: Any) -> AsyncIterator[dict[str, Any]]:
    async for message in connection:
        event = json.loads(message)
        if event["type"] in ("job.snapshot", "job.updated"):
            yield event


async def watch_all(url: str, jobs: list[dict[str, Any]], sockets: int) -> dict[str, float]:
    """Open so many sockets, spread over the jobs. Return p50 and p95 in milliseconds, and how many ended wrong."""
    seen = await asyncio.gather(*(watch(url, jobs[number % len(jobs)]) for number in range(sockets)))
    delays = [delay for found, _ in seen for delay in found]
    p95 = quantiles(delays, n=20)[-1]
    return {"p50": median(delays), "p95": p95, "wrong": sum(not well for _, well in seen)}
