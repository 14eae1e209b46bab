"""Runs one step from its claim to its end. No HTTP, no Celery: tasks.py calls in with one line."""

import logging
import time
from datetime import timedelta

from django.db import DataError, InterfaceError, OperationalError
from django.utils import timezone

from apps.jobs.engine import statements
from apps.jobs.engine.attempt import Attempt, Holder, LostClaim, claim
from apps.jobs.engine.changes import keep_progress
from apps.jobs.engine.interruptions import Interrupted, all_errors, drop_connection, interruptions, is_time_limit
from apps.jobs.engine.retries import MAX_RETRIES, as_transient, retry_delay
from apps.jobs.engine.stages import close_stage, pipeline_of
from apps.jobs.failures import ADVICE, DISK_FULL, ErrorCode, JobError, TransientError, is_disk_full
from apps.jobs.models import Step
from apps.jobs.pipelines import Json
from apps.jobs.storage import files
from config.queues import get_queue

log = logging.getLogger(__name__)


def run_step(queue: str, *, holder: Holder, task_id: str) -> str:
    """Run the most urgent due step of a queue, if there is one. Return a line on what became of it.

    Raises Interrupted when the database or a signal broke it off: the worker then has the step run again.
    """
    began = time.monotonic()
    try:
        attempt = claim(queue, holder=holder, task_id=task_id)
        return _run_claimed(attempt, began) if attempt else f"no step of {queue} was due"
    except interruptions() as error:
        drop_connection()
        raise Interrupted(str(error)) from error


def _run_claimed(attempt: Attempt, began: float) -> str:
    step = attempt.step
    name = f"job {step.job_id}: {step.stage.name} {step.label!r}, attempt {step.attempt}"
    log.info("%s started", name)
    try:
        outcome = _run(attempt, began)
    except LostClaim:
        outcome = "given up, because this attempt doesn't hold the step any more"
    seconds = time.monotonic() - began
    log.info("%s %s after %.2f s", name, outcome, seconds)
    return f"{name} {outcome}"


def _run(attempt: Attempt, began: float) -> str:
    """Call the stage's function and record how it ended. Raises LostClaim, Interrupted, and DatabaseError."""
    try:
        if not attempt.step.job.owner.is_active:
            raise JobError(ErrorCode.USER_NOT_FOUND)
        result = pipeline_of(attempt.step.job).stage(attempt.step.stage.name).load()(attempt)
        return _complete(attempt, result)
    except LostClaim:
        raise
    except all_errors() as error:
        return _handle(attempt, error, began)


def _handle(attempt: Attempt, error: BaseException, began: float) -> str:
    if not is_time_limit(error) and (transient := as_transient(error)):
        return _try_again(attempt, transient)
    return fail(attempt, error if isinstance(error, JobError) else _reason(error, attempt.step, began))


def _reason(error: BaseException, step: Step, began: float) -> JobError:
    """Return what to tell of an error that the stage's function did not mean to raise. Raises Interrupted."""
    if is_time_limit(error):
        drop_connection()  # its query may still be running
        limit = get_queue(step.queue).soft_time_limit
        if time.monotonic() - began < limit - 1:  # another step's: a worker that was cut from its broker signals late
            raise Interrupted from error
        return timed_out(step, limit)
    if isinstance(error, (InterfaceError, OperationalError)):
        raise Interrupted(str(error)) from error
    log.error("job %s: %s %r failed", step.job_id, step.stage.name, step.label, exc_info=error)
    if is_disk_full(error):
        return JobError(ErrorCode.PROCESSING_ERROR, DISK_FULL)
    if isinstance(error, DataError):
        return JobError(ErrorCode.PROCESSING_ERROR, "What this step returned can't be stored in the database.")
    return JobError(ErrorCode.INTERNAL_ERROR)


def _complete(attempt: Attempt, result: Json | None) -> str:
    counted = statements.end(attempt.fence, outcome="completed", progress=100, result=result)
    _ended(attempt, counted)
    return "completed"


def fail(attempt: Attempt, error: JobError) -> str:
    """End a step, and with it its job, with an error. Raises LostClaim."""
    counted = statements.end(attempt.fence, outcome="failed", error_code=error.code, error_message=error.message)
    _ended(attempt, counted)
    return f"failed: {error}"


def _ended(attempt: Attempt, counted: statements.Row | None) -> None:
    attempt.wrote(counted)
    if counted and counted[0] == counted[1]:
        close_stage(attempt.job_id)
    if attempt.attempt > 1:
        files.delete_earlier_attempts(attempt.job_id, attempt.step.pk, attempt.attempt)


def _try_again(attempt: Attempt, error: TransientError) -> str:
    """Queue the step once more, for later, unless its retries are used up. What went wrong stays to be seen."""
    retries = attempt.step.retries
    if retries >= MAX_RETRIES:
        return fail(attempt, error)
    delay = retry_delay(retries + 1, retry_after=error.retry_after)
    retry_at = timezone.now() + timedelta(seconds=delay)
    with attempt.changing() as job:
        keep_progress(job)
    attempt.wrote(
        statements.try_later(attempt.fence, retry_at=retry_at, error_code=error.code, error_message=error.message)
    )
    return f"is tried again in {delay:.1f} s: {error}"


def timed_out(step: Step, limit: int) -> JobError:
    return JobError(ErrorCode.TIMEOUT, f"{step.label} ran longer than {limit} s. {ADVICE[ErrorCode.TIMEOUT]}")
