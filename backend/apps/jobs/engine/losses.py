"""What becomes of a step whose worker is gone: it runs again, a bounded number of times."""

import logging
from contextlib import suppress

from django.db.models import F
from django.utils import timezone

from apps.jobs.engine.attempt import LostClaim
from apps.jobs.engine.attempts import keep_attempts
from apps.jobs.engine.changes import changing, keep_progress, save_change
from apps.jobs.engine.run import fail, timed_out
from apps.jobs.engine.statements import Fence
from apps.jobs.failures import ErrorCode, JobError
from apps.jobs.models import Job, Step, StepStatus
from config.queues import get_queue

log = logging.getLogger(__name__)

MAX_LOSSES = 3
LOST = "The worker was lost while it had this step."


def release(step: Step) -> None:
    """Queue a step that was lost with its worker, in its old place. One lost too often fails with WORKER_LOST.

    A worker with a free slot finds it: see workers.Presence.send_missing_permits.
    """
    if step.losses + 1 >= MAX_LOSSES:
        _fail(step, JobError(ErrorCode.WORKER_LOST))
        return
    with suppress(Job.DoesNotExist), changing(step.job_id) as job:
        held = Step.objects.filter(pk=step.pk, attempt=step.attempt, status=StepStatus.PROCESSING)
        if not held.exists():
            return
        log.warning("job %s: step %s is queued again: %s was lost", job.pk, step.pk, step.worker)
        keep_progress(job)
        keep_attempts(held, error=JobError(ErrorCode.WORKER_LOST, LOST))
        queued = {"status": StepStatus.QUEUED, "queued_at": timezone.now(), "progress": 0}
        free = {"held_by": None, "task_id": ""}
        held.update(losses=F("losses") + 1, version=save_change(job), **queued, **free)


def time_out(step: Step) -> None:
    """Fail a step whose attempt was killed at the hard time limit."""
    _fail(step, timed_out(step.label, get_queue(step.queue).time_limit))


def _fail(step: Step, error: JobError) -> None:
    with suppress(LostClaim):
        fail(Fence.of(step), error)
