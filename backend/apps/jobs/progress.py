"""Saves what changed about a job and announces it. Alone sends to the channel layer."""

import logging
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


def save_change(job_id: UUID, **columns: Any) -> None:
    """Write columns of a job, raise its version, and announce it after commit. Call inside a transaction."""
    owner_id = Job.objects.values_list("owner_id", flat=True).filter(pk=job_id).first()
    if owner_id is None:
        return
    Job.objects.filter(pk=job_id).update(version=F("version") + 1, **columns)
    transaction.on_commit(lambda: announce(job_id, owner_id))


def save_progress(job_id: UUID, **columns: Any) -> None:
    """Work out a job's progress from its steps and save it: it never falls. Otherwise like save_change."""
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job:
        save_change(job_id, progress=Greatest(F("progress"), percent_done(job)), **columns)


def percent_done(job: Job) -> float:
    """Return 0-100: each stage counts by its weight, and within it each step alike."""
    averages = Step.objects.filter(job=job).values("stage").annotate(average=Avg("progress"))
    reached = {row["stage"]: row["average"] for row in averages}
    total = sum(stage["weight"] for stage in job.stages)
    done: float = sum(stage["weight"] * reached.get(stage["name"], 0) for stage in job.stages)
    return float(round(done / total, 1))


def announce(job_id: UUID, owner_id: int) -> None:
    """Ring the doorbell for everybody who watches this job. A broker that is gone costs the hint, never the data."""
    message = {"type": "job.changed", "id": str(job_id), "owner": owner_id}
    try:
        bridge.run(_send((job_group(job_id), owner_group(owner_id)), message), ANNOUNCE_TIMEOUT)
    except Exception as error:  # whatever Redis or the network raises: heartbeats heal it
        log.warning("could not announce job %s: %s", job_id, error or type(error).__name__)


async def _send(groups: tuple[str, ...], message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    for group in groups:
        await layer.group_send(group, message)
