"""Starts a stage, and closes one all of whose steps have ended: the next one starts, or the job ends."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.jobs.engine.changes import changing, save_change
from apps.jobs.engine.queueing import next_rank, permit_after_commit
from apps.jobs.failures import ErrorCode, JobError, TransientError
from apps.jobs.models import ACTIVE_JOB, Job, JobStatus, Priority, Stage, Step, StepStatus
from apps.jobs.pipelines import Pipeline, Planned, find_pipeline
from apps.jobs.pipelines import Stage as DefinedStage

log = logging.getLogger(__name__)

BATCH = 1000  # rows in one INSERT


def start_stage(job: Job, stage: Stage, planned: Sequence[Planned]) -> None:
    """Make the steps of a stage, in line behind their owner's others. Call inside a transaction that holds the job."""
    priority = Priority(job.priority)
    rank = next_rank(owner_id=job.owner_id, queue=stage.queue, priority=priority)
    now = timezone.now()
    version = save_change(job, stage=stage.name, message="", stalled=False)
    Step.objects.bulk_create(
        (
            Step(
                job=job,
                stage=stage,
                position=position,
                label=plan.label[:200],
                input=plan.input,
                version=version,
                queue=stage.queue,
                urgency=priority.urgency,
                rank=rank + position,
                owner_id=job.owner_id,
                queued_at=now,
            )
            for position, plan in enumerate(planned)
        ),
        batch_size=BATCH,
    )
    Stage.objects.filter(pk=stage.pk).update(total=len(planned))
    permit_after_commit(job, stage.queue, len(planned))


def close_stage(job_id: UUID) -> None:
    """Close the job's stage if all of its steps have ended. Doing it twice changes nothing."""
    with suppress(Job.DoesNotExist), changing(job_id) as job:
        stages = {stage.name: stage for stage in job.stages.all()}
        stage = stages[job.stage]
        if job.status not in ACTIVE_JOB or not stage.total or stage.ended < stage.total:
            return
        if stage.failed:
            failed = stage.steps.filter(status=StepStatus.FAILED).order_by("position")[0]
            end_job(job, JobError(ErrorCode(failed.error_code), failed.error_message))
            return
        if stage.cancelled:  # and others of its steps were run again
            save_change(job, status=JobStatus.CANCELLED, finished_at=timezone.now(), message="", stalled=False)
            return
        try:
            following = _pipeline(job.kind).stage_after(stage.name)
            planned = following.planned(_results(stage)) if following else []
        except JobError as error:
            end_job(job, error)
        except Exception:
            log.exception("job %s: the stage after %s could not be planned", job.pk, stage.name)
            end_job(job, JobError(ErrorCode.INTERNAL_ERROR))
        else:
            if following:
                start_stage(job, stages[following.name], planned)
            else:
                first = stage.steps.order_by("position")[0]
                end_job(job, None, first.result)


def end_job(job: Job, error: JobError | None, result: Any = None) -> None:
    """Complete a job, or fail it with an error. Call inside `changing`."""
    columns = {"finished_at": timezone.now(), "message": "", "stalled": False}
    if error:
        columns |= {"status": JobStatus.FAILED, "error_code": error.code, "error_message": error.message}
    else:
        columns |= {"status": JobStatus.COMPLETED, "result": result}
    save_change(job, **columns)
    log.info("job %s: %s", job.pk, columns["status"])


def find_stage(kind: str, name: str) -> DefinedStage:
    """Return a stage as its pipeline defines it.

    Raises TransientError when this worker knows no such pipeline: it may be older or younger than the web process.
    """
    pipeline = find_pipeline(kind)
    if pipeline is None:
        raise TransientError(ErrorCode.UNKNOWN_KIND)
    return pipeline.stage(name)


def _pipeline(kind: str) -> Pipeline:
    pipeline = find_pipeline(kind)
    if pipeline is None:
        raise JobError(ErrorCode.UNKNOWN_KIND)
    return pipeline


def _results(stage: Stage) -> list[Any]:
    return list(stage.steps.order_by("position").values_list("result", flat=True))
