"""What people may ask for: submit, cancel, retry and delete jobs. Refuses early, in a plain sentence."""

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import PurePath, PurePosixPath
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils import timezone
from pydantic import ValidationError

from apps.jobs.engine.changes import changing, keep_progress, save_change
from apps.jobs.engine.queueing import next_rank, permit_after_commit
from apps.jobs.engine.stages import close_stage, start_stage
from apps.jobs.live.doorbell import ring
from apps.jobs.models import (
    ACTIVE_JOB,
    UNENDED_STEP,
    Artifact,
    Job,
    JobStatus,
    Priority,
    Stage,
    Step,
    StepStatus,
)
from apps.jobs.pipelines import Pipeline, all_pipelines, broken_modules, find_pipeline
from apps.jobs.storage import files

RETRYABLE = (JobStatus.FAILED, JobStatus.CANCELLED)


class InvalidRequest(Exception):
    """What was asked for can't be done. `fields` says what is wrong, by field; `too_large` is its own HTTP status."""

    def __init__(self, fields: dict[str, list[str]], *, too_large: bool = False) -> None:
        self.fields, self.too_large = fields, too_large
        super().__init__(str(fields))


class Conflict(Exception):
    """The job's state doesn't allow what was asked for. The message says why."""


class TooManyJobs(Exception):
    """The user has as many unended jobs as one may have."""


class QuotaExceeded(Exception):
    """The user's files take as much space as one's may take."""


def submit_job(
    *,
    owner: AbstractUser,
    kind: str,
    file: "UploadedFile[bytes] | None" = None,
    url: str = "",
    options: Any = None,
    priority: str = Priority.NORMAL,
    idempotency_key: str | None = None,
) -> tuple[Job, bool]:
    """Accept a job and return it with whether it is new: the same key of the same owner returns the same job.

    Its first stage is permitted after commit; while the broker is away it stays queued, and a worker finds it later.
    Raises InvalidRequest, TooManyJobs, QuotaExceeded, or Conflict when the key stands for another request.
    """
    pipeline = _available_pipeline(kind)
    _check_source(pipeline, file, url)
    _check_priority(priority)
    now = timezone.now()
    job = Job(
        id=uuid.uuid4(),
        owner_id=owner.pk,
        kind=kind,
        priority=priority,
        options=_valid_options(pipeline, options),
        idempotency_key=idempotency_key,
        source_name=_source_name(file, url)[:255],
        source_size=file.size if file else None,
        source_url=url,
        stage=pipeline.stages[0].name,
        created_at=now,
        queued_at=now,
    )
    job.request_digest = _digest(job, file) if idempotency_key else ""
    if existing := _job_of_key(job):
        return existing, False
    _check_limits(owner, file)
    if file:
        files.save(files.source_path(job.pk), file)
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            stages = _make_stages(job, pipeline)
            start_stage(job, stages[0], pipeline.stages[0].planned([]))
    except IntegrityError:  # an equal request came first
        files.delete_job_files(job.pk)
        if not idempotency_key:
            raise
        if existing := _job_of_key(job):
            return existing, False
        raise Conflict("The job of this Idempotency-Key was deleted just now. Submit it again.") from None
    return job, True


def _make_stages(job: Job, pipeline: Pipeline) -> list[Stage]:
    return Stage.objects.bulk_create(
        Stage(job=job, position=position, name=stage.name, queue=stage.queue, weight=stage.weight)
        for position, stage in enumerate(pipeline.stages)
    )


def _job_of_key(job: Job) -> Job | None:
    """Return the job that was submitted under the same key. Raises Conflict when something else was asked for."""
    if not job.idempotency_key:
        return None
    existing = Job.objects.filter(owner=job.owner_id, idempotency_key=job.idempotency_key).first()
    if existing and existing.request_digest != job.request_digest:
        raise Conflict("This Idempotency-Key stands for another request. Use a new key for a new request.")
    return existing


def _digest(job: Job, file: "UploadedFile[bytes] | None") -> str:
    """Return what two requests have in common that ask for the same."""
    asked = [job.kind, job.priority, job.options, job.source_name, job.source_size, job.source_url]
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode())
    for chunk in file.chunks() if file else ():
        digest.update(chunk)
    return digest.hexdigest()


def _check_limits(owner: AbstractUser, file: "UploadedFile[bytes] | None") -> None:
    limit = settings.JOBS_MAX_ACTIVE_PER_USER
    if Job.objects.filter(owner=owner.pk, status__in=ACTIVE_JOB)[:limit].count() >= limit:
        raise TooManyJobs(f"You have {limit:,} jobs that haven't ended. Wait until one has, or cancel one.")
    limit = settings.JOBS_MAX_BYTES_PER_USER
    if limit and _stored_bytes(owner) + ((file and file.size) or 0) > limit:
        raise QuotaExceeded(f"Your files would take more than {limit:,} bytes. Delete jobs that you are done with.")


def _stored_bytes(owner: AbstractUser) -> int:
    sources = Job.objects.filter(owner=owner.pk).aggregate(bytes=Sum("source_size"))["bytes"]
    artifacts = Artifact.objects.filter(job__owner=owner.pk).aggregate(bytes=Sum("size"))["bytes"]
    return (sources or 0) + (artifacts or 0)


def submit_again(job: Job) -> Job:
    """Submit a new job with the source, options and priority of another. Raises like submit_job; Conflict: no file."""
    asked: dict[str, Any] = {"owner": job.owner, "kind": job.kind, "options": job.options, "priority": job.priority}
    if job.source_url or not job.source_name:
        return submit_job(**asked, url=job.source_url)[0]
    try:
        with files.open_source(job.pk) as source:
            file = UploadedFile(source, name=job.source_name, size=job.source_size)
            return submit_job(**asked, file=file)[0]
    except FileNotFoundError:
        raise Conflict("The file of this job is gone. Submit it again from where you have it.") from None


def cancel_job(job_id: UUID) -> None:
    """Cancel a job: its workers end what runs for it. Idempotent. Raises Conflict when it has ended otherwise."""
    with changing(job_id) as job:
        if job.status == JobStatus.CANCELLED:
            return
        if job.status not in ACTIVE_JOB:
            raise Conflict(f"This job is {job.status}: only one that hasn't ended can be cancelled.")
        _cancel(job)


def _cancel(job: Job) -> None:
    keep_progress(job)
    now = timezone.now()
    version = save_change(job, status=JobStatus.CANCELLED, finished_at=now, message="", stalled=False)
    columns = {"status": StepStatus.CANCELLED, "finished_at": now, "version": version, "retry_at": None}
    # `held_by` stays, from which its worker sees what it has to end.
    cancelled = job.steps.filter(status__in=UNENDED_STEP).update(**columns, error_code="", error_message="")
    job.stages.filter(name=job.stage).update(cancelled=cancelled)


def retry_job(job_id: UUID) -> None:
    """Run again what failed or was cancelled, and only that. Idempotent. Raises Conflict when nothing was."""
    with changing(job_id) as job:
        if job.status in ACTIVE_JOB:
            return
        if job.status not in RETRYABLE:
            raise Conflict(f"This job is {job.status}: only one that failed or was cancelled can be retried.")
        now = timezone.now()
        blank = {"error_code": "", "error_message": "", "finished_at": None}
        status = {"status": JobStatus.QUEUED, "queued_at": now, "started_at": None, "least_progress": 0}
        version = save_change(job, **status, **blank)
        _queue_again(job, version)
        transaction.on_commit(lambda: close_stage(job_id))  # where no step failed, but the plan of the stage after


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


def _queue_again(job: Job, version: int) -> None:
    stage = job.stages.get(name=job.stage)
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
    steps = Step.objects.filter(stage=stage, status__in=(StepStatus.FAILED, StepStatus.CANCELLED)).update(**fresh)
    Stage.objects.filter(pk=stage.pk).update(failed=0, cancelled=0)
    permit_after_commit(job, stage.queue, steps)


def delete_job(job: Job) -> None:
    """Delete a job with its files. Work that still runs for it finds its step gone, and ends."""
    job_id, owner_id = job.pk, job.owner_id
    with suppress(Job.DoesNotExist), changing(job_id) as held:
        held.delete()
        transaction.on_commit(lambda: ring(job_id, owner_id))
        transaction.on_commit(lambda: files.delete_job_files(job_id), robust=True)  # what stays, beat cleans up


def _source_name(file: "UploadedFile[bytes] | None", url: str) -> str:
    """Return what people call the source. A server may give a better name once a URL is fetched."""
    if file:
        return PurePath(file.name or "upload").name
    return PurePosixPath(urlsplit(url).path).name or urlsplit(url).hostname or ""


def _available_pipeline(kind: str) -> Pipeline:
    pipeline = find_pipeline(kind)
    if pipeline is None:
        kinds = ", ".join(pipeline.kind for pipeline in all_pipelines())
        broken = ", ".join(module.name for module in broken_modules())
        hint = f" What could not be loaded: {broken}; the server's log says why." if broken else ""
        raise InvalidRequest({"kind": [f"There is no pipeline {kind!r}. The pipelines are: {kinds}.{hint}"]})
    if reason := pipeline.unavailable_reason():
        raise InvalidRequest({"kind": [reason]})
    return pipeline


def _check_source(pipeline: Pipeline, file: "UploadedFile[bytes] | None", url: str) -> None:
    if not pipeline.accepts:
        if file or url:
            raise InvalidRequest({"file" if file else "url": ["This pipeline takes no file."]})
        return
    endings = ", ".join(pipeline.accepts)
    if file and url:
        raise InvalidRequest({"url": ["Send either a file or a URL, not both."]})
    if not file and not url:
        raise InvalidRequest({"file": [f"Send a file ({endings}), or the URL of one."]})
    if file and file.size == 0:
        raise InvalidRequest({"file": ["The file is empty."]})
    if file and (file.size or 0) > settings.JOBS_MAX_FILE_BYTES:
        limit = f"{settings.JOBS_MAX_FILE_BYTES:,} bytes"
        raise InvalidRequest({"file": [f"The file has {file.size:,} bytes; the limit is {limit}."]}, too_large=True)
    if file and PurePath(file.name or "").suffix.lower() not in pipeline.accepts:
        raise InvalidRequest({"file": [f"{file.name!r} is not of a kind that this pipeline reads: {endings}."]})
    if url:
        _check_url(url)


def _check_url(url: str) -> None:
    """Refuse what can't be fetched whoever answers; the worker checks where the address leads."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise InvalidRequest({"url": ["This is not a valid URL."]}) from None
    if not url.isprintable() or not url.isascii():
        raise InvalidRequest({"url": ["The address has characters that an address can't have: encode them as %…"]})
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 2000:
        raise InvalidRequest({"url": ["Send an http:// or https:// address of at most 2,000 characters."]})
    if parts.username or parts.password:
        raise InvalidRequest({"url": ["The address must not carry a user name or password."]})


def _check_priority(priority: str) -> None:
    if priority not in Priority.values:
        raise InvalidRequest({"priority": [f"{priority!r} is not a priority. Use {', '.join(Priority.values)}."]})


def _valid_options(pipeline: Pipeline, options: Any) -> dict[str, Any]:
    """Return the options complete with their defaults. `options` is a mapping, or JSON text as a form sends it."""
    if isinstance(options, str):
        try:
            options = json.loads(options or "{}")
        except (ValueError, RecursionError) as error:
            raise InvalidRequest({"options": [f"This is not valid JSON: {error}."]}) from None
    if options is not None and not isinstance(options, Mapping):
        raise InvalidRequest({"options": ["Options are a JSON object."]})
    try:
        return pipeline.options.model_validate(options or {}).model_dump(mode="json")
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()]
        raise InvalidRequest({"options": problems}) from None
