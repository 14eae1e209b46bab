"""What people may ask for: submit, cancel, retry and delete jobs. Refuses early, in a plain sentence."""

import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import PurePath, PurePosixPath
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from pydantic import ValidationError

from apps.jobs import files
from apps.jobs.engine.dispatch import send_after_commit, stop
from apps.jobs.models import ACTIVE_JOB, UNENDED_STEP, Job, JobStatus, Priority, StepStatus
from apps.jobs.pipelines import Pipeline, all_pipelines, find_pipeline
from apps.jobs.engine.progress import announce, changing, percent_done, save_change
from apps.jobs.engine.work import advance, start_stage

CANCELLABLE = (JobStatus.CREATED, JobStatus.UPLOADING, *ACTIVE_JOB)
RETRYABLE = (JobStatus.FAILED, JobStatus.CANCELLED)


class Refused(Exception):
    """What was asked for can't be done. `fields` says what is wrong, by field; `too_large` is its own HTTP status."""

    def __init__(self, fields: dict[str, list[str]], *, too_large: bool = False) -> None:
        self.fields, self.too_large = fields, too_large
        super().__init__(str(fields))


class Conflict(Exception):
    """The job's status doesn't allow what was asked for. The message says which would."""


def submit_job(
    *,
    owner: User,
    kind: str,
    file: "UploadedFile[bytes] | None" = None,
    url: str = "",
    options: Any = None,
    priority: str = Priority.NORMAL,
    idempotency_key: str | None = None,
) -> tuple[Job, bool]:
    """Accept a job and return it with whether it is new: the same key of the same owner returns the same job.

    Its first stage's messages are sent after commit; with the broker away the job stays queued, and the reconciler
    sends them. Raises Refused, or Conflict when the job of the same key is deleted meanwhile.
    """
    if idempotency_key and (existing := Job.objects.filter(owner=owner, idempotency_key=idempotency_key).first()):
        return existing, False
    pipeline = _available_pipeline(kind)
    _check_source(pipeline, file, url)
    _check_priority(priority)
    now = timezone.now()
    job = Job(
        id=uuid.uuid4(),
        owner=owner,
        kind=kind,
        priority=priority,
        options=_valid_options(pipeline, options),
        idempotency_key=idempotency_key,
        source_name=_source_name(file, url)[:255],
        source_size=file.size if file else None,
        source_url=url,
        stages=[{"name": stage.name, "queue": stage.queue, "weight": stage.weight} for stage in pipeline.stages],
        stage=pipeline.stages[0].name,
        status=JobStatus.QUEUED,
        created_at=now,
        queued_at=now,
    )
    if file:
        files.save(files.source_path(job.pk), file)
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            start_stage(job, pipeline.stages[0], pipeline.stages[0].planned([]))
    except IntegrityError:  # an equal request came first
        files.delete_job_files(job.pk)
        if not idempotency_key:
            raise
        if existing := Job.objects.filter(owner=owner, idempotency_key=idempotency_key).first():
            return existing, False
        raise Conflict("The job of this Idempotency-Key was deleted just now. Submit it again.") from None
    return job, True


def submit_again(job: Job) -> Job:
    """Submit a new job with the source, options and priority of another. Raises Refused, or Conflict: no file."""
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
    """Cancel a job and stop its running steps. Twice is as once. Raises Conflict when it has ended otherwise."""
    with changing(job_id) as job:
        if job.status == JobStatus.CANCELLED:
            return
        if job.status not in CANCELLABLE:
            raise Conflict(f"This job is {job.status}: only one that hasn't ended can be cancelled.")
        now = timezone.now()
        unended = job.steps.filter(status__in=UNENDED_STEP)
        running = list(unended.filter(status=StepStatus.PROCESSING).values_list("task_id", flat=True))
        blank = {"lease_expires_at": None, "retry_at": None, "error_code": "", "error_message": ""}
        unended.update(status=StepStatus.CANCELLED, finished_at=now, **blank)
        save_change(job, status=JobStatus.CANCELLED, finished_at=now, message="")
        if running:
            transaction.on_commit(lambda: stop(running))


def retry_job(job_id: UUID) -> None:
    """Run again what failed or was cancelled, and only that. Twice is as once. Raises Conflict when nothing was."""
    with changing(job_id) as job:
        if job.status in ACTIVE_JOB:
            return
        if job.status not in RETRYABLE:
            raise Conflict(f"This job is {job.status}: only one that failed or was cancelled can be retried.")
        steps = list(job.steps.filter(status__in=(StepStatus.FAILED, StepStatus.CANCELLED)))
        fresh = {"status": StepStatus.QUEUED, "progress": 0, "result": None, "losses": 0, "retries": 0, "sent_at": None}
        fresh |= {"queued_at": timezone.now()}
        blank = {"error_code": "", "error_message": "", "finished_at": None}
        job.steps.filter(pk__in=[step.pk for step in steps]).update(**fresh, **blank)
        status = {"status": JobStatus.QUEUED, "queued_at": timezone.now(), "started_at": None, "message": ""}
        save_change(job, progress=percent_done(job), **status, **blank)
        send_after_commit(steps)
        advance(job)  # where no step failed, but the plan of the stage after


def delete_job(job: Job) -> None:
    """Delete a job with its files. Work that still runs for it finds its step gone, and ends."""
    job_id, owner_id = job.pk, job.owner_id
    with suppress(Job.DoesNotExist), changing(job_id) as held:
        running = list(held.steps.filter(status=StepStatus.PROCESSING).values_list("task_id", flat=True))
        held.delete()
        transaction.on_commit(lambda: announce(job_id, owner_id))
        transaction.on_commit(lambda: files.delete_job_files(job_id), robust=True)  # what stays, beat cleans up
        if running:
            transaction.on_commit(lambda: stop(running))


def _source_name(file: "UploadedFile[bytes] | None", url: str) -> str:
    """Return what people call the source. A server may give a better name once a URL is fetched."""
    if file:
        return PurePath(file.name or "upload").name
    return PurePosixPath(urlsplit(url).path).name or urlsplit(url).hostname or ""


def _available_pipeline(kind: str) -> Pipeline:
    pipeline = find_pipeline(kind)
    if pipeline is None:
        kinds = ", ".join(pipeline.kind for pipeline in all_pipelines())
        raise Refused({"kind": [f"There is no pipeline {kind!r}. The pipelines are: {kinds}."]})
    if reason := pipeline.unavailable_reason():
        raise Refused({"kind": [reason]})
    return pipeline


def _check_source(pipeline: Pipeline, file: "UploadedFile[bytes] | None", url: str) -> None:
    if not pipeline.accepts:
        if file or url:
            raise Refused({"file" if file else "url": ["This pipeline takes no file."]})
        return
    endings = ", ".join(pipeline.accepts)
    if file and url:
        raise Refused({"url": ["Send either a file or a URL, not both."]})
    if not file and not url:
        raise Refused({"file": [f"Send a file ({endings}), or the URL of one."]})
    if file and file.size == 0:
        raise Refused({"file": ["The file is empty."]})
    if file and (file.size or 0) > settings.JOBS_MAX_FILE_BYTES:
        limit = f"{settings.JOBS_MAX_FILE_BYTES:,} bytes"
        raise Refused({"file": [f"The file has {file.size:,} bytes; the limit is {limit}."]}, too_large=True)
    if file and PurePath(file.name or "").suffix.lower() not in pipeline.accepts:
        raise Refused({"file": [f"{file.name!r} is not of a kind that this pipeline reads: {endings}."]})
    if url:
        _check_url(url)


def _check_url(url: str) -> None:
    """Refuse what can't be fetched whoever answers; the worker checks where the address leads."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Refused({"url": ["This is not a valid URL."]}) from None
    if not url.isprintable() or not url.isascii():
        raise Refused({"url": ["The address has characters that an address can't have: encode them as %…"]})
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 2000:
        raise Refused({"url": ["Send an http:// or https:// address of at most 2,000 characters."]})
    if parts.username or parts.password:
        raise Refused({"url": ["The address must not carry a user name or password."]})


def _check_priority(priority: str) -> None:
    if priority not in Priority.values:
        raise Refused({"priority": [f"{priority!r} is not a priority. Use {', '.join(Priority.values)}."]})


def _valid_options(pipeline: Pipeline, options: Any) -> dict[str, Any]:
    """Return the options complete with their defaults. `options` is a mapping, or JSON text as a form sends it."""
    if isinstance(options, str):
        try:
            options = json.loads(options or "{}")
        except (ValueError, RecursionError) as error:
            raise Refused({"options": [f"This is not valid JSON: {error}."]}) from None
    if options is not None and not isinstance(options, Mapping):
        raise Refused({"options": ["Options are a JSON object."]})
    try:
        return pipeline.options.model_validate(options or {}).model_dump(mode="json")
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()]
        raise Refused({"options": problems}) from None
