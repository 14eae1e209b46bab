"""What becomes of a step whose worker is gone: it runs again, a bounded number of times."""

import logging
from contextlib import suppress

from django.db.models import F
from django.utils import timezone

from apps.jobs.engine.attempt import Attempt, LostClaim
from apps.jobs.engine.changes import changing, keep_progress, save_change
from apps.jobs.engine.queueing import permit_after_commit
from apps.jobs.engine.run import fail, timed_out
from apps.jobs.failures import ErrorCode, JobError
from apps.jobs.models import Job, Step, StepStatus
from config.queues import get_queue

log = logging.getLogger(__name__)

MAX_LOSSES = 3


def release(step: Step) -> None:
    """Queue a step that was lost with its worker, in its old place. One lost too often fails with WORKER_LOST."""
    if step.losses + 1 >= MAX_LOSSES:
        _fail(step, JobError(ErrorCode.WORKER_LOST))
        return
    with suppress(Job.DoesNotExist), changing(step.job_id) as job:
        held = Step.objects.filter(pk=step.pk, attempt=step.attempt, status=StepStatus.PROCESSING)
        if not held.exists():
            return
        log.warning("job %s: step %s is queued again: %s was lost", job.pk, step.pk, step.worker)
        keep_progress(job)
        queued = {"status": StepStatus.QUEUED, "queued_at": timezone.now(), "progress": 0}
        free = {"held_by": None, "task_id": ""}
        held.update(losses=F("losses") + 1, version=save_change(job), **queued, **free)
        permit_after_commit(job, step.queue, 1)


def time_out(step: Step) -> None:
    """Fail a step whose attempt was killed at the hard time limit."""
    _fail(step, timed_out(step, get_queue(step.queue).time_limit))


def _fail(step: Step, error: JobError) -> None:
    with suppress(LostClaim):
        fail(Attempt(step), error)
