"""Saves what changed about a job and announces it. Alone sends to the channel layer."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer
from django.db import transaction
from django.db.models import Avg, F
from django.db.models.functions import Greatest

from apps.jobs import bridge
from apps.jobs.models import Job, Step

log = logging.getLogger(__name__)

ANNOUNCE_TIMEOUT = 2  # seconds


def job_group(job_id: UUID | str) -> str:
    return f"job.{job_id}"


def owner_group(owner_id: int) -> str:
    return f"owner.{owner_id}"


@contextmanager
def changing(job_id: UUID) -> Iterator[Job]:
    """Hold a job's row in a transaction, while it and its steps change. Raises Job.DoesNotExist.

    Whoever changes a step takes its job first, so no two transactions ever wait for each other.
    """
    with transaction.atomic():
        yield Job.objects.select_for_update().get(pk=job_id)


def save_change(job: Job, **columns: Any) -> None:
    """Write columns of a job, raise its version, and announce it after commit. Call inside `changing`."""
    Job.objects.filter(pk=job.pk).update(version=F("version") + 1, **columns)
    transaction.on_commit(lambda: announce(job.pk, job.owner_id))


def save_progress(job: Job, **columns: Any) -> None:
    """Work out a job's progress from its steps and save it: it never falls. Otherwise like save_change."""
    save_change(job, progress=Greatest(F("progress"), percent_done(job)), **columns)


def percent_done(job: Job) -> float:
    """Return 0-100: each stage counts by its weight, and within it each step alike."""
    averages = Step.objects.filter(job=job).values("stage").annotate(average=Avg("progress"))
    reached = {row["stage"]: row["average"] for row in averages}
    total = sum(stage["weight"] for stage in job.stages)
    done: float = sum(stage["weight"] * reached.get(stage["name"], 0) for stage in job.stages)
    return float(round(done / total, 1))


def announce(job_id: UUID, owner_id: int) -> None:
    """Ring the doorbell for everybody who watches this job, without waiting until it has rung."""
    bridge.start(_ring(job_id, owner_id))


def wait_for_announcements() -> None:
    """Let what was announced get out, before this process may end."""
    bridge.wait(ANNOUNCE_TIMEOUT)


async def _ring(job_id: UUID, owner_id: int) -> None:
    """A layer that can't be reached costs the hint, never the data: heartbeats heal it."""
    message = {"type": "job.changed", "id": str(job_id), "owner": owner_id}
    try:
        async with asyncio.timeout(ANNOUNCE_TIMEOUT):
            for group in (job_group(job_id), owner_group(owner_id)):
                await get_channel_layer().group_send(group, message)
    except Exception as error:  # whatever Redis or the network raises
        log.warning("could not announce job %s: %s", job_id, error or type(error).__name__)
