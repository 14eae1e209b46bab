"""Cancel, retry and delete jobs that there are, and run single steps of them again."""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from apps.jobs.engine.attempts import keep_attempts
from apps.jobs.engine.changes import changing, keep_progress, save_change
from apps.jobs.engine.queueing import next_rank, permit_after_commit
from apps.jobs.engine.stages import close_stage
from apps.jobs.live.doorbell import ring
from apps.jobs.models import (
    ACTIVE_JOB,
    UNENDED_JOB,
    UNENDED_STEP,
    Job,
    JobStatus,
    Priority,
    Stage,
    Step,
    StepStatus,
    Upload,
)
from apps.jobs.services.refusals import Conflict
from apps.jobs.storage import files

RETRYABLE = (JobStatus.FAILED, JobStatus.CANCELLED)


def cancel_job(job_id: UUID) -> None:
    """Cancel a job: its workers end what runs for it. Idempotent. Raises Conflict when it has ended otherwise."""
    with changing(job_id) as job:
        if job.status == JobStatus.CANCELLED:
            return
        if job.status not in UNENDED_JOB:
            raise Conflict(f"This job is {job.status}: only one that hasn't ended can be cancelled.")
        if Upload.objects.filter(job=job).delete()[0]:
            transaction.on_commit(lambda: files.delete_job_files(job_id), robust=True)
        _cancel(job)


def _cancel(job: Job) -> None:
    keep_progress(job)
    now = timezone.now()
    version = save_change(job, status=JobStatus.CANCELLED, finished_at=now, message="", stalled=False)
    columns = {"status": StepStatus.CANCELLED, "finished_at": now, "version": version, "retry_at": None}
    # `held_by` stays, from which its worker sees what it has to end.
    cancelled = job.steps.filter(status__in=UNENDED_STEP).update(**columns, error_code="", error_message="")
    job.stages.filter(name=job.stage).update(cancelled=F("cancelled") + cancelled)


def retry_job(job_id: UUID) -> None:
    """Run again what failed or was cancelled, and only that. Idempotent. Raises Conflict when nothing was."""
    with changing(job_id) as job:
        if job.status in ACTIVE_JOB:
            return
        if job.status not in RETRYABLE:
            raise Conflict(f"This job is {job.status}: only one that failed or was cancelled can be retried.")
        stage = job.stages.get(name=job.stage)
        if not stage.total:
            raise Conflict("This job was cancelled before its file was there. Submit it again.")
        steps = stage.steps.filter(status__in=(StepStatus.FAILED, StepStatus.CANCELLED))
        _queue_again(job, stage, steps, version=_begin_anew(job))
        Stage.objects.filter(pk=stage.pk).update(failed=0, cancelled=0)
        transaction.on_commit(lambda: close_stage(job_id))  # where no step failed, but the plan of the stage after


def run_step_again(job_id: UUID, step_id: int) -> None:
    """Run one step of a job once more, however it ended. Raises Conflict when later steps have used its result."""
    with changing(job_id) as job:
        step = job.steps.select_related("stage").get(pk=step_id)
        if step.status in UNENDED_STEP:
            return
        if step.stage.name != job.stage:
            raise Conflict("Later steps have used what this one made, so it can't run again. Run the whole job again.")
        if job.status in ACTIVE_JOB:
            keep_progress(job)
            version = save_change(job)
        else:
            version = _begin_anew(job)
        Stage.objects.filter(pk=step.stage_id).update(**{step.status: F(step.status) - 1})
        _queue_again(job, step.stage, Step.objects.filter(pk=step_id), version=version)


def _begin_anew(job: Job) -> int:
    """Make a job that has ended one that waits. Return its version."""
    blank = {"error_code": "", "error_message": "", "result": None, "started_at": None, "finished_at": None}
    return save_change(job, status=JobStatus.QUEUED, queued_at=timezone.now(), least_progress=0, **blank)


def change_each(job_ids: Iterable[UUID], change: Callable[[UUID], None]) -> tuple[int, Counter[str]]:
    """Cancel or retry many jobs. Return how many that could be done for, and how often it couldn't for which reason."""
    changed, refused = 0, Counter[str]()
    for job_id in job_ids:
        try:
            change(job_id)
            changed += 1
        except Conflict as conflict:
            refused[str(conflict)] += 1
        except Job.DoesNotExist:
            refused["They were deleted."] += 1
    return changed, refused


def _queue_again(job: Job, stage: Stage, steps: QuerySet[Step], *, version: int) -> None:
    """Put steps in line once more, behind their owner's others."""
    keep_attempts(steps)
    priority = Priority(job.priority)
    rank = next_rank(owner_id=job.owner_id, queue=stage.queue, priority=priority)
    fresh = {"status": StepStatus.QUEUED, "progress": 0, "result": None, "losses": 0, "retries": 0, "version": version}
    fresh |= {
        "queued_at": timezone.now(),
        "rank": rank + F("position"),
        "error_code": "",
        "error_message": "",
        "finished_at": None,
    }
    permit_after_commit(job, stage.queue, steps.update(**fresh))


def delete_job(job_id: UUID) -> None:
    """Delete a job with its files, if it is there. Work that still runs for it finds its step gone, and ends."""
    with suppress(Job.DoesNotExist), changing(job_id) as job:
        owner_id = job.owner_id
        job.delete()
        transaction.on_commit(lambda: ring(job_id, owner_id))
        transaction.on_commit(lambda: files.delete_job_files(job_id), robust=True)  # what stays, beat cleans up
