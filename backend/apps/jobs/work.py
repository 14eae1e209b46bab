"""Claim a step, run it, finish it, start the next stage. No HTTP, no Celery: tasks.py calls in with one line."""

import logging
import time
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from apps.jobs.dispatch import send_after_commit
from apps.jobs.errors import ADVICE, ErrorCode, JobError
from apps.jobs.models import ACTIVE_JOB, UNENDED_STEP, Job, JobStatus, Step, StepStatus
from apps.jobs.pipelines import Json, Pipeline, Planned, Stage, find_pipeline
from apps.jobs.progress import save_change, save_progress
from apps.jobs.run import Attempt, LostClaim
from config.pools import time_limit_errors
from config.queues import get_queue

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
LEASE_MARGIN = timedelta(seconds=30)  # a run that outlives its hard limit by this much is dead


def run_step(step_id: int, *, worker: str, predecessor_is_dead: bool) -> None:
    """Run a step, unless somebody else holds it or it has ended: a message that comes twice changes nothing.

    `predecessor_is_dead`: Celery says that the run which got this message before has died with its worker.
    """
    step = claim(step_id, worker=worker, predecessor_is_dead=predecessor_is_dead)
    if step is None:
        log.info("step %s is not to be run: held by another, or ended", step_id)
        return
    attempt, started = Attempt(step), time.monotonic()
    log.info("job %s: %s started, attempt %s", step.job_id, step, step.attempt)
    try:
        _run(step, attempt)
        outcome = "completed"
    except LostClaim as lost:
        outcome = f"given up: {lost} is held no more"
    log.info("job %s: %s %s after %.2f s", step.job_id, step, outcome, time.monotonic() - started)


def claim(step_id: int, *, worker: str, predecessor_is_dead: bool) -> Step | None:
    """Take a step by one conditional UPDATE. Return it with its new attempt, or None when it isn't free.

    A step that has used up its attempts fails here with WORKER_LOST: each of them died without a word.
    """
    now = timezone.now()
    step = Step.objects.select_related("job").filter(pk=step_id, job__status__in=ACTIVE_JOB).first()
    if step is None:
        return None
    free = Q(status=StepStatus.QUEUED) | Q(status=StepStatus.PROCESSING, lease_expires_at__lt=now)
    if predecessor_is_dead:
        free |= Q(status=StepStatus.PROCESSING)
    with transaction.atomic():
        taken = Step.objects.filter(free, pk=step_id, attempt=step.attempt).update(
            status=StepStatus.PROCESSING,
            attempt=F("attempt") + 1,
            worker=worker,
            progress=0,
            started_at=now,
            lease_expires_at=now + timedelta(seconds=get_queue(step.queue).time_limit) + LEASE_MARGIN,
        )
        if not taken:
            return None
        step.refresh_from_db()
        Job.objects.filter(pk=step.job_id, status=JobStatus.QUEUED).update(status=JobStatus.PROCESSING, started_at=now)
        if step.attempt > MAX_ATTEMPTS:
            _fail(Attempt(step), JobError(ErrorCode.WORKER_LOST))
            return None
        save_change(step.job_id)
    return step


def _run(step: Step, attempt: Attempt) -> None:
    """Call the stage's function and record how it ended. Raises LostClaim."""
    try:
        pipeline = _pipeline(step.job)
        result = pipeline.stage(step.stage).load()(attempt)
    except LostClaim:
        raise
    except JobError as error:
        _fail(attempt, error)
    except time_limit_errors():
        limit = get_queue(step.queue).soft_time_limit
        _fail(
            attempt, JobError(ErrorCode.TIMEOUT, f"{step.label} ran longer than {limit} s. {ADVICE[ErrorCode.TIMEOUT]}")
        )
    except Exception:
        log.exception("job %s: %s failed", step.job_id, step)
        _fail(attempt, JobError(ErrorCode.INTERNAL_ERROR))
    else:
        _complete(attempt, result)


def _pipeline(job: Job) -> Pipeline:
    pipeline = find_pipeline(job.kind)
    if pipeline is None:
        raise JobError(ErrorCode.UNKNOWN_KIND)
    return pipeline


def _complete(attempt: Attempt, result: Json | None) -> None:
    with transaction.atomic():
        now = timezone.now()
        attempt.write(status=StepStatus.COMPLETED, progress=100, result=result, finished_at=now, lease_expires_at=None)
        save_progress(attempt.job_id)
        advance(attempt.job_id)


def _fail(attempt: Attempt, error: JobError) -> None:
    log.warning("job %s: step %s failed: %s", attempt.job_id, attempt.step_id, error)
    with transaction.atomic():
        attempt.write(
            status=StepStatus.FAILED,
            error_code=error.code,
            error_message=error.message,
            finished_at=timezone.now(),
            lease_expires_at=None,
        )
        save_change(attempt.job_id)
        advance(attempt.job_id)


def advance(job_id: UUID) -> None:
    """Close the job's stage when all of its steps have ended: start the next one, or end the job.

    The row lock lets one of two last steps through first, and the other then finds the stage closed or still open,
    never both. Call inside a transaction.
    """
    job = Job.objects.select_for_update().filter(pk=job_id, status__in=ACTIVE_JOB).first()
    if job is None:
        return
    steps = list(job.steps.filter(stage=job.stage).order_by("position"))
    if not steps or any(step.status in UNENDED_STEP for step in steps):
        return
    failed = next((step for step in steps if step.status == StepStatus.FAILED), None)
    if failed:
        _end(job, JobError(ErrorCode(failed.error_code), failed.error_message))
        return
    try:
        pipeline = _pipeline(job)
        following = pipeline.stage_after(job.stage)
        if following:
            start_stage(job, following, [step.result or {} for step in steps])
        else:
            _end(job, None, result=steps[0].result)
    except JobError as error:
        _end(job, error)
    except Exception:
        log.exception("job %s: the stage after %s could not be planned", job_id, job.stage)
        _end(job, JobError(ErrorCode.INTERNAL_ERROR))


def start_stage(job: Job, stage: Stage, results: list[Json]) -> None:
    """Make the steps of a stage and send them after commit. Call inside a transaction that holds the job."""
    planned = stage.plan(results) if stage.plan else [Planned(label=stage.name, input={})]
    if not planned:
        raise ValueError(f"The plan of stage {stage.name!r} made no step.")
    steps = Step.objects.bulk_create(
        Step(job=job, stage=stage.name, queue=stage.queue, position=position, label=plan.label[:200], input=plan.input)
        for position, plan in enumerate(planned)
    )
    save_change(job.pk, stage=stage.name)
    send_after_commit(steps)


def _end(job: Job, error: JobError | None, result: Json | None = None) -> None:
    columns = {"finished_at": timezone.now(), "message": ""}
    if error:
        columns |= {"status": JobStatus.FAILED, "error_code": error.code, "error_message": error.message}
    else:
        columns |= {"status": JobStatus.COMPLETED, "progress": 100, "result": result}
    save_change(job.pk, **columns)
    log.info("job %s: %s", job.pk, columns["status"])
