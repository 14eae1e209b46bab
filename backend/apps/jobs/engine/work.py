"""Claim a step, run it, finish it, start the next stage. No HTTP, no Celery: tasks.py calls in with one line."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from django.db import InterfaceError, OperationalError
from django.db.models import F, Q
from django.utils import timezone

from apps.jobs.engine.dispatch import WAITING_FOR_BROKER, send_after_commit
from apps.jobs.failures import ADVICE, DISK_FULL, ErrorCode, JobError, TransientError, is_disk_full
from apps.jobs.engine.interruptions import Interrupted, all_errors, drop_connection, interruptions, is_time_limit
from apps.jobs.models import ACTIVE_JOB, UNENDED_STEP, Job, JobStatus, Step, StepStatus
from apps.jobs.pipelines import Json, Pipeline, Planned, Stage, find_pipeline
from apps.jobs.engine.progress import changing, save_change, save_progress, wait_for_announcements
from apps.jobs.engine.retries import MOST_RETRIES, retry_delay
from apps.jobs.engine.run import Attempt, LostClaim
from config.queues import get_queue

log = logging.getLogger(__name__)

MOST_LOSSES = 3
LEASE_MARGIN = timedelta(seconds=30)  # a run that outlives its hard limit by this much is dead


def run_step(step_id: int, *, worker: str, task_id: str = "", predecessor_is_dead: bool = False) -> None:
    """Run a step, unless somebody else holds it or it has ended: a message that comes twice changes nothing.

    `predecessor_is_dead`: Celery says that the run which got this message before has died with its worker.
    """
    began = time.monotonic()
    try:
        step = claim(step_id, worker=worker, task_id=task_id, predecessor_is_dead=predecessor_is_dead)
        if step is None:
            log.info("step %s is not to be run: held by another, or ended", step_id)
        else:
            _run_claimed(step, began)
    except interruptions() as error:
        drop_connection()
        raise Interrupted from error


def _run_claimed(step: Step, began: float) -> None:
    attempt = Attempt(step)
    log.info("job %s: %s %r started, attempt %s", step.job_id, step.stage, step.label, step.attempt)
    try:
        _run(step, attempt, began)
        outcome = "ended"
    except LostClaim as lost:
        outcome = f"given up: {lost} is held no more"
    finally:
        wait_for_announcements()
    seconds = time.monotonic() - began
    log.info("job %s: %s %r %s after %.2f s", step.job_id, step.stage, step.label, outcome, seconds)


def claim(step_id: int, *, worker: str, task_id: str = "", predecessor_is_dead: bool = False) -> Step | None:
    """Take a step by one conditional UPDATE. Return it with its new attempt, or None when it isn't free.

    A step that was lost too often fails here with WORKER_LOST: each of its attempts ended without a word.
    """
    job_id = Step.objects.filter(pk=step_id, job__status__in=ACTIVE_JOB).values_list("job", flat=True).first()
    if job_id is None:
        return None
    with suppress(Job.DoesNotExist, Step.DoesNotExist), changing(job_id) as job:
        return _claim(job, step_id, worker=worker, task_id=task_id, predecessor_is_dead=predecessor_is_dead)
    return None


def _claim(job: Job, step_id: int, *, worker: str, task_id: str, predecessor_is_dead: bool) -> Step | None:
    now = timezone.now()
    step = Step.objects.get(pk=step_id, job=job)
    due = Q(retry_at=None) | Q(retry_at__lte=now)
    free = Q(due, status=StepStatus.QUEUED) | Q(status=StepStatus.PROCESSING, lease_expires_at__lt=now)
    if predecessor_is_dead:
        free |= Q(status=StepStatus.PROCESSING, task_id=task_id)  # its own predecessor, and nobody else
    taken = Step.objects.filter(free, pk=step_id, attempt=step.attempt, job__status__in=ACTIVE_JOB).update(
        status=StepStatus.PROCESSING,
        attempt=F("attempt") + 1,
        losses=F("losses") + int(step.status == StepStatus.PROCESSING),
        worker=worker,
        task_id=task_id,
        progress=0,
        error_code="",
        error_message="",
        retry_at=None,
        started_at=now,
        lease_expires_at=now + timedelta(seconds=get_queue(step.queue).time_limit) + LEASE_MARGIN,
    )
    if not taken:
        return None
    step = Step.objects.select_related("job").get(pk=step_id)
    begun = {"status": JobStatus.PROCESSING, "started_at": job.started_at or now}
    silent = {"message": ""} if job.message == WAITING_FOR_BROKER else {}
    save_change(job, **(begun if job.status == JobStatus.QUEUED else {}), **silent)
    if step.losses >= MOST_LOSSES:
        _fail(Attempt(step), JobError(ErrorCode.WORKER_LOST))
        return None
    return step


def _run(step: Step, attempt: Attempt, began: float) -> None:
    """Call the stage's function and record how it ended. Raises LostClaim, Interrupted, and DatabaseError."""
    try:
        pipeline = _pipeline(step.job)
        _complete(attempt, pipeline.stage(step.stage).load()(attempt))
    except LostClaim:
        raise
    except TransientError as error:
        _try_again(step, attempt, error)
    except JobError as error:
        _fail(attempt, error)
    except all_errors() as error:
        _fail(attempt, _reason(error, step, began))


def _reason(error: BaseException, step: Step, began: float) -> JobError:
    """Return what to tell of an error that the stage's function did not mean to raise. Raises Interrupted."""
    if is_time_limit(error):
        drop_connection()  # its query may still be running
        limit = get_queue(step.queue).soft_time_limit
        if time.monotonic() - began < limit - 1:  # another step's: a worker that was cut from its broker signals late
            raise Interrupted from error
        return timed_out(step, limit)
    if isinstance(error, (InterfaceError, OperationalError)):
        raise Interrupted from error
    log.error("job %s: %s %r failed", step.job_id, step.stage, step.label, exc_info=error)
    if is_disk_full(error):
        return JobError(ErrorCode.PROCESSING_ERROR, DISK_FULL)
    return JobError(ErrorCode.INTERNAL_ERROR)


def _pipeline(job: Job) -> Pipeline:
    pipeline = find_pipeline(job.kind)
    if pipeline is None:
        raise JobError(ErrorCode.UNKNOWN_KIND)
    return pipeline


def _complete(attempt: Attempt, result: Json | None) -> None:
    with attempt.changing() as job:
        now = timezone.now()
        attempt.write(status=StepStatus.COMPLETED, progress=100, result=result, finished_at=now, lease_expires_at=None)
        save_progress(job)
        advance(job)


def _try_again(step: Step, attempt: Attempt, error: TransientError) -> None:
    """Queue the step once more, for later, unless its retries are used up. What went wrong stays to be seen."""
    if step.retries >= MOST_RETRIES:
        _fail(attempt, error)
        return
    delay = retry_delay(step.retries + 1, retry_after=error.retry_after)
    log.warning("job %s: step %s is tried again in %.1f s: %s", step.job_id, step.pk, delay, error)
    with attempt.changing() as job:
        attempt.write(
            status=StepStatus.QUEUED,
            retries=F("retries") + 1,
            retry_at=timezone.now() + timedelta(seconds=delay),
            queued_at=timezone.now(),
            sent_at=None,
            error_code=error.code,
            error_message=error.message,
            lease_expires_at=None,
        )
        save_change(job)
        send_after_commit([step], countdown=delay)


def time_out(step_id: int, *, task_id: str) -> None:
    """Fail a step whose run was killed at the hard time limit, so that nobody waits for its lease to run out."""
    step = Step.objects.select_related("job").filter(pk=step_id, task_id=task_id, status=StepStatus.PROCESSING).first()
    if step:
        with suppress(LostClaim):
            _fail(Attempt(step), timed_out(step, get_queue(step.queue).time_limit))


def timed_out(step: Step, limit: int) -> JobError:
    return JobError(ErrorCode.TIMEOUT, f"{step.label} ran longer than {limit} s. {ADVICE[ErrorCode.TIMEOUT]}")


def _fail(attempt: Attempt, error: JobError) -> None:
    log.warning("job %s: step %s failed: %s", attempt.job_id, attempt.step_id, error)
    with attempt.changing() as job:
        attempt.write(
            status=StepStatus.FAILED,
            error_code=error.code,
            error_message=error.message,
            finished_at=timezone.now(),
            lease_expires_at=None,
        )
        save_change(job)
        advance(job)


def advance(job: Job) -> None:
    """Close the job's stage when all of its steps have ended: start the next one, or end the job.

    Call inside `changing`: of two last steps one comes first, and the stage is still open for it or closed, never both.
    """
    steps = list(job.steps.filter(stage=job.stage).order_by("position"))
    if not steps or any(step.status in UNENDED_STEP for step in steps):
        return
    failed = next((step for step in steps if step.status == StepStatus.FAILED), None)
    if failed:
        _end(job, JobError(ErrorCode(failed.error_code), failed.error_message))
        return
    try:
        following = _pipeline(job).stage_after(job.stage)
        planned = following.planned([step.result or {} for step in steps]) if following else []
    except JobError as error:
        _end(job, error)
    except Exception:
        log.exception("job %s: the stage after %s could not be planned", job.pk, job.stage)
        _end(job, JobError(ErrorCode.INTERNAL_ERROR))
    else:
        if following:
            start_stage(job, following, planned)
        else:
            _end(job, None, result=steps[0].result)


def start_stage(job: Job, stage: Stage, planned: Sequence[Planned]) -> None:
    """Make the steps of a stage and send them after commit. Call inside a transaction that holds the job."""
    steps = Step.objects.bulk_create(
        Step(job=job, stage=stage.name, queue=stage.queue, position=position, label=plan.label[:200], input=plan.input)
        for position, plan in enumerate(planned)
    )
    save_change(job, stage=stage.name)
    send_after_commit(steps)


def _end(job: Job, error: JobError | None, result: Json | None = None) -> None:
    columns = {"finished_at": timezone.now(), "message": ""}
    if error:
        columns |= {"status": JobStatus.FAILED, "error_code": error.code, "error_message": error.message}
    else:
        columns |= {"status": JobStatus.COMPLETED, "progress": 100, "result": result}
    save_change(job, **columns)
    log.info("job %s: %s", job.pk, columns["status"])
