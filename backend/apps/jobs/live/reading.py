"""Reads jobs as messages.py shapes them: a fixed number of queries and rows, however large a job is."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet, prefetch_related_objects
from django.urls import reverse
from pydantic import BaseModel

from apps.jobs.failures import ErrorCode
from apps.jobs.live.messages import (
    ArtifactState,
    Failure,
    JobSnapshot,
    JobsSnapshot,
    JobState,
    JobSummary,
    JobUpdated,
    Source,
    StageState,
    StageStatus,
    StepState,
)
from apps.jobs.models import Artifact, Job, JobStatus, PastAttempt, Stage, Step, StepStatus

MAX_PARTS = 200  # steps, and artifacts, in one message
MAX_BYTES = 250_000  # of one message
MAX_RESULT_BYTES = 100_000
MAX_ERROR = 500  # characters of a step's error
IN_ORDER = (StepStatus.PROCESSING, StepStatus.FAILED, StepStatus.QUEUED, StepStatus.CANCELLED, StepStatus.COMPLETED)

Running = dict[int, list[float]]  # the progress of the running steps, by stage


@contextmanager
def one_moment() -> Iterator[None]:
    """Read everything as of one moment: else a step that ends between two queries is missing in both."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@one_moment()
def read_job(job_id: UUID) -> JobState | None:
    """Return a job with its most telling steps and its first artifacts, or None when there is none."""
    job = _jobs().filter(pk=job_id).first()
    return _whole(job, MAX_PARTS) if job else None


@one_moment()
def read_snapshot(job_id: UUID) -> tuple[int, str] | None:
    """Return the version of a job and the message that shows it, or None when there is no such job."""
    job = _jobs().filter(pk=job_id).first()
    if job is None:
        return None
    return job.version, _fitting(lambda parts: JobSnapshot(job=_whole(job, parts)), MAX_PARTS)


@one_moment()
def read_update(job_id: UUID, since: int) -> tuple[int, str] | None:
    """Return the version of a job and the message with what changed after `since`: a snapshot if that is much."""
    job = _jobs().filter(pk=job_id).first()
    if job is None:
        return None
    running = list(_shown_steps(job.steps.filter(status=StepStatus.PROCESSING)))
    changed = _shown_steps(job.steps.filter(version__gt=since).order_by("version", "id"))[: MAX_PARTS + 1]
    steps = {step.pk: step for step in [*changed, *(step for step in running if step.progress_version > since)]}
    artifacts = list(job.artifacts.filter(version__gt=since, internal=False)[: MAX_PARTS + 1])
    if len(steps) <= MAX_PARTS and len(artifacts) <= MAX_PARTS:
        progress = _by_stage((step.stage_id, step.progress) for step in running)
        text = JobUpdated(since=since, job=_state(job, steps.values(), artifacts, progress)).model_dump_json()
        if len(text.encode()) <= MAX_BYTES:
            return job.version, text
    return job.version, _fitting(lambda parts: JobSnapshot(job=_whole(job, parts)), MAX_PARTS)


@one_moment()
def read_summary_update(job_id: UUID) -> tuple[int, str] | None:
    """Return the version of a job and the message that updates it in a list: complete, whatever the list has."""
    jobs = read_summaries(Job.objects.filter(pk=job_id))
    return (jobs[0].version, JobUpdated(since=0, job=jobs[0]).model_dump_json()) if jobs else None


@one_moment()
def read_list(jobs: QuerySet[Job], limit: int) -> tuple[dict[UUID, int], str]:
    """Return the versions of the first jobs, and the message that lists them."""
    states = read_summaries(jobs[:limit])
    text = _fitting(lambda parts: JobsSnapshot(jobs=states[:parts]), limit)
    return {state.id: state.version for state in states}, text


@one_moment()
def read_summaries(jobs: Iterable[Job]) -> list[JobSummary]:
    """Return jobs as a list shows them: four queries, however many they are."""
    jobs = list(jobs)
    prefetch_related_objects(jobs, "stages", "owner")
    running = _running(jobs)
    return [JobSummary(**_summary(job, running)) for job in jobs]


def percent_done(job: Job) -> float:
    """Return 0-100: each stage counts by its weight, and within it each step alike. It never falls."""
    return _percent(job, job.stages.all(), _running([job]))


def step_state(step: Step) -> StepState:
    """Return a step that was read with its stage."""
    columns = ("id", "label", "queue", "status", "progress", "attempt", "worker", "retry_at")
    times = ("queued_at", "started_at", "finished_at")
    fields = {name: getattr(step, name) for name in columns + times}
    draft = step.draft if step.status == StepStatus.PROCESSING else ""
    return StepState(**fields, draft=draft, stage=step.stage.name, error=failure_in(step, MAX_ERROR))


def artifact_state(artifact: Artifact) -> ArtifactState:
    address = {"job_id": artifact.job_id, "artifact_id": artifact.pk}
    return ArtifactState(
        id=artifact.pk,
        step=artifact.step_id,
        name=artifact.name,
        title=artifact.title or artifact.name,
        content_type=artifact.content_type,
        size=artifact.size,
        url=reverse("job-artifact", kwargs=address),
    )


def _jobs() -> QuerySet[Job]:
    return Job.objects.select_related("owner")


def _fitting(build: Callable[[int], BaseModel], parts: int) -> str:
    """Return the message with as many parts as fit into MAX_BYTES."""
    text = build(parts).model_dump_json()
    while len(text.encode()) > MAX_BYTES and parts:
        parts //= 2
        text = build(parts).model_dump_json()
    return text


def _whole(job: Job, parts: int) -> JobState:
    left, steps = parts, list[Step]()
    for status in IN_ORDER:
        steps += _shown_steps(job.steps.filter(status=status).order_by("id"))[:left]
        left = parts - len(steps)
    artifacts = job.artifacts.filter(internal=False).order_by("step_id", "id")[:parts]
    return _state(job, sorted(steps, key=lambda step: step.pk), artifacts, _running([job]))


def _shown_steps(steps: QuerySet[Step]) -> QuerySet[Step]:
    return steps.select_related("stage").defer("input", "result")


def _state(job: Job, steps: Iterable[Step], artifacts: Iterable[Artifact], running: Running) -> JobState:
    summary = JobSummary(**_summary(job, running))
    state = JobState(
        **dict(summary),
        result=job.result,
        result_url=None,
        steps=[step_state(step) for step in steps],
        artifacts=[artifact_state(artifact) for artifact in artifacts],
    )
    if job.result is not None and len(state.model_dump_json(include={"result"})) > MAX_RESULT_BYTES:
        state.result, state.result_url = None, reverse("job-result", kwargs={"job_id": job.pk})
    return state


def _summary(job: Job, running: Running) -> dict[str, Any]:
    columns = ("id", "kind", "run", "status", "priority", "version", "stage", "message", "options", "artifacts_total")
    times = ("created_at", "queued_at", "started_at", "finished_at")
    stages = job.stages.all()
    return {
        **{name: getattr(job, name) for name in columns + times},
        "owner": job.owner.get_username(),
        "progress": _percent(job, stages, running),
        "error": failure_in(job),
        "source": Source(name=job.source_name, size=job.source_size) if job.source_name else None,
        "stages": [_stage(stage, len(running.get(stage.pk, ()))) for stage in stages],
        "steps_total": sum(stage.total for stage in stages),
    }


def _running(jobs: Collection[Job]) -> Running:
    """Read the running steps of jobs: no more than the workers have slots."""
    return _by_stage(Step.objects.filter(job__in=jobs, status=StepStatus.PROCESSING).values_list("stage", "progress"))


def _by_stage(progress: Iterable[tuple[int, float]]) -> Running:
    found: Running = defaultdict(list)
    for stage_id, percent in progress:
        found[stage_id].append(percent)
    return found


def _percent(job: Job, stages: Iterable[Stage], running: Running) -> float:
    if job.status == JobStatus.COMPLETED:
        return 100
    done = weights = 0.0
    for stage in stages:
        weights += stage.weight
        if stage.total:
            done += stage.weight * (100 * stage.completed + sum(running.get(stage.pk, ()))) / stage.total
    return max(job.least_progress, round(min(done / weights, 100), 1)) if weights else job.least_progress


def _stage(stage: Stage, processing: int) -> StageState:
    queued = max(0, stage.total - stage.ended - processing)  # two reads may be a moment apart
    return StageState(
        name=stage.name,
        queue=stage.queue,
        status=_stage_status(stage, processing, queued),
        done=stage.completed,
        total=stage.total,
        queued=queued,
        processing=processing,
        completed=stage.completed,
        failed=stage.failed,
        cancelled=stage.cancelled,
    )


def _stage_status(stage: Stage, processing: int, queued: int) -> StageStatus:
    if not stage.total:
        return StageStatus.PENDING
    if queued == stage.total:
        return StageStatus.QUEUED
    if queued or processing:
        return StageStatus.PROCESSING
    if stage.failed:
        return StageStatus.FAILED
    return StageStatus.CANCELLED if stage.cancelled else StageStatus.COMPLETED


def failure_in(row: Job | Step | PastAttempt, limit: int = 10_000) -> Failure | None:
    if not row.error_code:
        return None
    return Failure(code=ErrorCode(row.error_code), message=row.error_message[:limit])
