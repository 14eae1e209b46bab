"""What a browser or program can receive: a job, everywhere the same object, and the messages of the WebSocket."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from pydantic import BaseModel

from apps.jobs.models import Artifact, Job, Step, StepStatus


class Failure(BaseModel):
    code: str
    message: str


class Source(BaseModel):
    name: str
    size: int | None


class StageState(BaseModel):
    name: str
    queue: str
    status: Literal["pending", "queued", "processing", "completed", "failed", "cancelled"]
    done: int
    total: int


class StepState(BaseModel):
    id: int
    stage: str
    label: str
    queue: str
    status: str
    progress: float
    attempt: int
    worker: str  # the node name of the worker that has it, or had it last
    error: Failure | None
    retry_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


class ArtifactState(BaseModel):
    id: int
    name: str
    content_type: str
    size: int
    url: str


class JobSummary(BaseModel):
    """A job as a list shows it: without its steps."""

    id: UUID
    kind: str
    status: str
    priority: str
    progress: float
    version: int
    stage: str
    message: str
    error: Failure | None
    source: Source | None
    options: dict[str, Any]
    result: dict[str, Any] | None
    created_at: datetime
    queued_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    stages: list[StageState]
    artifacts: list[ArtifactState]


class JobState(JobSummary):
    steps: list[StepState]


def with_parts(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Return the query with all that job_state reads: three queries, however many jobs."""
    shown = Artifact.objects.filter(internal=False)
    return jobs.prefetch_related("steps", Prefetch("artifacts", queryset=shown, to_attr="shown_artifacts"))


def job_summary(job: Job) -> JobSummary:
    """Return a job of `with_parts` as a list shows it."""
    return JobSummary(**_fields(job))


def job_state(job: Job) -> JobState:
    """Return a job of `with_parts` whole."""
    return JobState(**_fields(job), steps=[_step(step) for step in job.steps.all()])


def _fields(job: Job) -> dict[str, Any]:
    columns = ("id", "kind", "status", "priority", "progress", "version", "stage", "message", "options", "result")
    times = ("created_at", "queued_at", "started_at", "finished_at")
    steps = list(job.steps.all())
    return {
        **{name: getattr(job, name) for name in columns + times},
        "error": _failure(job),
        "source": Source(name=job.source_name, size=job.source_size) if job.source_name else None,
        "stages": [_stage(stage, [step for step in steps if step.stage == stage["name"]]) for stage in job.stages],
        "artifacts": [_artifact(artifact) for artifact in job.shown_artifacts],  # type: ignore[attr-defined]
    }


def _failure(row: Job | Step) -> Failure | None:
    return Failure(code=row.error_code, message=row.error_message) if row.error_code else None


def _stage(stage: dict[str, Any], steps: list[Step]) -> StageState:
    statuses = {step.status for step in steps}
    return StageState(
        name=stage["name"],
        queue=stage["queue"],
        status=_stage_status(statuses),
        done=sum(step.status == StepStatus.COMPLETED for step in steps),
        total=len(steps),
    )


def _stage_status(statuses: set[str]) -> Any:
    if not statuses:
        return "pending"
    if statuses == {StepStatus.QUEUED}:
        return "queued"
    if statuses & {StepStatus.QUEUED, StepStatus.PROCESSING}:
        return "processing"
    return next(status for status in ("failed", "cancelled", "completed") if status in statuses)


def _step(step: Step) -> StepState:
    columns = ("id", "stage", "label", "queue", "status", "progress", "attempt", "worker", "retry_at")
    times = ("started_at", "finished_at")
    return StepState(**{name: getattr(step, name) for name in columns + times}, error=_failure(step))


def _artifact(artifact: Artifact) -> ArtifactState:
    return ArtifactState(
        id=artifact.pk,
        name=artifact.name,
        content_type=artifact.content_type,
        size=artifact.size,
        url=f"/api/jobs/{artifact.job_id}/artifacts/{artifact.pk}/",
    )


# The messages of the WebSocket


class JobSnapshot(BaseModel):
    type: Literal["job.snapshot"] = "job.snapshot"
    job: JobState


class JobsSnapshot(BaseModel):
    type: Literal["jobs.snapshot"] = "jobs.snapshot"
    jobs: list[JobSummary]


class JobUpdated(BaseModel):
    type: Literal["job.updated"] = "job.updated"
    job: JobState | JobSummary


class JobDeleted(BaseModel):
    type: Literal["job.deleted"] = "job.deleted"
    id: UUID


class Heartbeat(BaseModel):
    """Newest versions of the connection's unfinished and just-finished jobs, so that a lost message heals."""

    type: Literal["heartbeat"] = "heartbeat"
    versions: dict[UUID, int]


class Refusal(BaseModel):
    """Answers a message that isn't JSON, or isn't known. The connection is kept."""

    type: Literal["error"] = "error"
    code: str
    message: str
