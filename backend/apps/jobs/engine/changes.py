"""Changes a job under its lock, for what isn't hot: raises its version and rings for whoever watches it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.jobs.live.doorbell import ring
from apps.jobs.live.reading import percent_done
from apps.jobs.models import Job
from apps.jobs.pipelines import job_ended

log = logging.getLogger(__name__)


@contextmanager
def changing(job_id: UUID) -> Iterator[Job]:
    """Hold a job's row in a transaction, while it and its steps change. Raises Job.DoesNotExist.

    Whoever changes a step takes its job first, so no two transactions ever wait for each other.
    """
    with transaction.atomic():
        yield Job.objects.select_for_update().get(pk=job_id)


def save_change(job: Job, **columns: Any) -> int:
    """Write columns of a job, raise its version, and ring after commit. Call inside `changing`; return the version."""
    version = job.version = job.version + 1
    Job.objects.filter(pk=job.pk).update(version=version, **columns)
    transaction.on_commit(lambda: ring(job.pk, job.owner_id))
    if columns.get("finished_at"):
        _tell_of_end(job, columns["status"])
    return version


def _tell_of_end(job: Job, status: str) -> None:
    try:
        with transaction.atomic():
            job_ended.send(Job, job_id=job.pk, owner_id=job.owner_id, kind=job.kind, status=status)
    except Exception:
        log.exception("job %s: a receiver of job_ended failed", job.pk)


def keep_progress(job: Job) -> None:
    """Remember how far a job is, before a step that runs is taken back. Call inside `changing`."""
    Job.objects.filter(pk=job.pk).update(least_progress=percent_done(job))
