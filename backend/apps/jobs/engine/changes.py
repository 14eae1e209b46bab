"""Changes a job under its lock, for what isn't hot: raises its version and rings for whoever watches it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.jobs.live.doorbell import ring
from apps.jobs.live.reading import percent_done
from apps.jobs.models import Job


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
    return version


def keep_progress(job: Job) -> None:
    """Remember how far a job is, before a step that runs is taken back. Call inside `changing`."""
    Job.objects.filter(pk=job.pk).update(least_progress=percent_done(job))
