"""Runs one step from its claim to its end. No HTTP, no Celery: tasks.py calls in with one line."""

import logging
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import DataError, InterfaceError, OperationalError
from django.utils import timezone

from apps.jobs.engine import statements
from apps.jobs.engine.attempt import Attempt, Holder, LostClaim, as_json, check, claim, return_connection
from apps.jobs.engine.attempts import holding, keep_attempts, traceback_of
from apps.jobs.engine.changes import changing, keep_progress
from apps.jobs.engine.interruptions import Interrupted, all_errors, drop_connection, interruptions, is_time_limit
from apps.jobs.engine.retries import MAX_RETRIES, as_transient, retry_delay
from apps.jobs.engine.stages import close_stage, find_stage
from apps.jobs.engine.statements import Fence
from apps.jobs.engine.step_log import keeping_log
from apps.jobs.failures import ADVICE, DISK_FULL, ErrorCode, JobError, NotYet, TransientError, is_disk_full
from apps.jobs.models import Job
from apps.jobs.storage import files
from config.logs import add_facts
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
    add_facts(job=str(attempt.job_id), step=attempt.fence.step_id, attempt=attempt.attempt)
    log.info("%s %s", attempt, "goes on from a checkpoint" if attempt.last_checkpoint else "started")
    try:
        outcome = _run(attempt, began)
    except LostClaim:
        outcome = "given up, because this attempt doesn't hold the step any more"
    return f"{attempt} {outcome}"  # which Celery logs


def _run(attempt: Attempt, began: float) -> str:
    """Call the stage's function and record how it ended. Raises LostClaim, Interrupted, and DatabaseError."""
    try:
        if not attempt.owner_is_active:
            raise JobError(ErrorCode.USER_NOT_FOUND)
        function = find_stage(attempt.job.kind, attempt.job.stage).load()
        return_connection()
        with keeping_log(attempt.fence.step_id, attempt.attempt):
            result = function(attempt)
        complete(attempt.fence, result)
        return "completed"
    except LostClaim:
        raise
    except all_errors() as error:
        return _handle(attempt, error, began)


def _handle(attempt: Attempt, error: BaseException, began: float) -> str:
    if not is_time_limit(error) and (transient := as_transient(error)):
        if isinstance(transient, NotYet) or attempt.step.retries < MAX_RETRIES:
            return _try_again(attempt, transient)
        error = transient
    failure = error if isinstance(error, JobError) else _reason(error, attempt, began)
    fail(attempt.fence, failure, traceback=traceback_of(error))
    return f"failed: {failure}"


def _reason(error: BaseException, attempt: Attempt, began: float) -> JobError:
    """Return what to tell of an error that the stage's function did not mean to raise. Raises Interrupted."""
    if is_time_limit(error):
        drop_connection()  # its query may still be running
        limit = get_queue(attempt.queue).soft_time_limit
        if time.monotonic() - began < limit - 1:  # another step's: a worker that was cut from its broker signals late
            raise Interrupted(str(error)) from error
        return timed_out(attempt.label, limit)
    if isinstance(error, (InterfaceError, OperationalError)):
        raise Interrupted(str(error)) from error
    log.error("%s failed", attempt, exc_info=error)
    if is_disk_full(error):
        return JobError(ErrorCode.PROCESSING_ERROR, DISK_FULL)
    if isinstance(error, DataError):
        return JobError(ErrorCode.PROCESSING_ERROR, "What this step returned can't be stored in the database.")
    return JobError(ErrorCode.INTERNAL_ERROR)


def complete(fence: Fence, result: Any) -> None:
    """End a step with what its stage's function returned. Raises LostClaim, and JobError when that can't be stored."""
    _ended(
        fence,
        statements.end(fence, outcome="completed", progress=100, result=as_json(result, "What this step returned")),
    )


def fail(fence: Fence, error: JobError, traceback: str = "") -> None:
    """End a step, and with it its job once the stage has ended, with an error. Raises LostClaim."""
    counted = None
    with suppress(Job.DoesNotExist), changing(fence.job_id) as job:
        keep_progress(job)
        keep_attempts(holding(fence), error=error, traceback=traceback)
        columns = {"error_code": error.code, "error_message": error.message}
        counted = statements.end(fence, outcome="failed", **columns)
    _ended(fence, counted)


def _ended(fence: Fence, counted: statements.Row | None) -> None:
    check(counted, fence)
    if counted and counted[0] == counted[1]:
        close_stage(fence.job_id)
    if fence.attempt > 1:
        files.delete_earlier_attempts(fence.job_id, fence.step_id, fence.attempt)


def _try_again(attempt: Attempt, error: TransientError) -> str:
    """Queue the step once more, for later. What went wrong stays to be seen."""
    delay = retry_delay(attempt.step.retries + 1, retry_after=error.retry_after)
    retry_at = timezone.now() + timedelta(seconds=delay)
    columns = {"error_code": error.code, "error_message": error.message}
    went_wrong = not isinstance(error, NotYet)
    with attempt.changing() as job:
        keep_progress(job)
        if went_wrong:
            keep_attempts(holding(attempt.fence), error=error, traceback=traceback_of(error))
        written = statements.try_later(attempt.fence, retry_at=retry_at, is_retry=went_wrong, **columns)
    check(written, attempt.fence)
    return f"is tried again in {delay:.1f} s: {error}"


def timed_out(label: str, limit: int) -> JobError:
    return JobError(ErrorCode.TIMEOUT, f"{label} ran longer than {limit} s. {ADVICE[ErrorCode.TIMEOUT]}")
