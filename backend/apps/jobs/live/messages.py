"""What a browser or program can receive: a job, the same everywhere, and the messages of the WebSocket."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from apps.jobs.failures import ErrorCode
from apps.jobs.models import JobStatus, Priority, StepStatus


class StageStatus(StrEnum):
    PENDING = "pending"  # it has no steps yet
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Failure(BaseModel):
    code: ErrorCode
    message: str


class Source(BaseModel):
    name: str
    size: int | None  # bytes


class StageState(BaseModel):
    """A stage with the number of its steps in each state; `done` are the completed ones."""

    name: str
    queue: str
    status: StageStatus
    done: int
    total: int
    queued: int
    processing: int
    completed: int
    failed: int
    cancelled: int


class StepState(BaseModel):
    id: int
    stage: str
    label: str
    queue: str
    status: StepStatus
    progress: float  # 0-100
    draft: str  # what it has written of its result so far, while it is processing
    attempt: int
    worker: str  # the node name of the worker that has it, or had it last
    error: Failure | None
    retry_at: datetime | None
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ArtifactState(BaseModel):
    id: int
    step: int  # that made it: a job's files stand in the order of its steps
    name: str
    title: str  # what to show; the name where it has no other
    content_type: str
    size: int  # bytes
    url: str


class JobSummary(BaseModel):
    """A job as a list shows it."""

    id: UUID
    owner: str  # the name of the user who asked for it
    kind: str
    run: int  # counts the owner's jobs of this pipeline with the same source
    status: JobStatus
    priority: Priority
    progress: float  # 0-100
    version: int  # only grows
    stage: str
    message: str
    error: Failure | None
    source: Source | None
    options: dict[str, Any]
    created_at: datetime
    queued_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    stages: list[StageState]
    steps_total: int
    artifacts_total: int


class JobState(JobSummary):
    """A job with at most 200 of its steps and artifacts: what hasn't ended, or has failed, comes first."""

    result: Any
    result_url: str | None  # where the result is, if it is too large to stand here
    steps: list[StepState]
    artifacts: list[ArtifactState]


class JobSnapshot(BaseModel):
    type: Literal["job.snapshot"] = "job.snapshot"
    job: JobState


class JobsSnapshot(BaseModel):
    """The user's newest jobs, at most 50."""

    type: Literal["jobs.snapshot"] = "jobs.snapshot"
    jobs: list[JobSummary]


class JobUpdated(BaseModel):
    """A change. The job's steps and artifacts are those that changed after version `since`; a list sends none.

    Whoever has an older version than `since` asks for a `resync`. An artifact replaces an older one of its name.
    """

    type: Literal["job.updated"] = "job.updated"
    since: int
    job: JobState | JobSummary


class JobDeleted(BaseModel):
    type: Literal["job.deleted"] = "job.deleted"
    id: UUID


class Heartbeat(BaseModel):
    """Newest versions of the connection's unfinished and just-finished jobs, null for one that is gone."""

    type: Literal["heartbeat"] = "heartbeat"
    versions: dict[UUID, int | None]


class Refusal(BaseModel):
    """Answers a message that isn't JSON, or isn't known. The connection is kept."""

    type: Literal["error"] = "error"
    code: str
    message: str
