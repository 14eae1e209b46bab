"""Submit a job: what was asked for is checked, saved, and its first steps are put in line."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from pathlib import PurePath, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from pydantic import ValidationError

from apps.jobs.engine.stages import start_stage
from apps.jobs.models import UNENDED_JOB, Artifact, Job, JobStatus, Priority, Stage, Upload
from apps.jobs.pipelines import Pipeline, all_pipelines, broken_modules, find_pipeline
from apps.jobs.services.refusals import Conflict, InvalidRequest, QuotaExceeded, TooManyJobs
from apps.jobs.storage import files, incoming


class Announced(NamedTuple):
    """A file that is to come in chunks."""

    name: str
    size: int  # bytes


def submit_job(
    *,
    owner: AbstractUser,
    kind: str,
    file: "UploadedFile[bytes] | None" = None,
    url: str = "",
    upload: Announced | None = None,
    options: Any = None,
    priority: str = Priority.NORMAL,
    idempotency_key: str | None = None,
) -> tuple[Job, bool]:
    """Accept a job and return it with whether it is new: the same key of the same owner returns the same job.

    With `upload`, its file comes in chunks (`receive_chunk`), and it waits for that and for `start_uploaded`. Else
    its first stage is permitted after commit; while the broker is away it stays queued, and a worker finds it later.
    Raises InvalidRequest, TooManyJobs, QuotaExceeded, or Conflict when the key stands for another request.
    """
    pipeline = _available_pipeline(kind)
    _check_source(pipeline, file, url, upload)
    _check_priority(priority)
    now = timezone.now()
    comes = file or upload
    job = Job(
        id=uuid.uuid4(),
        owner_id=owner.pk,
        kind=kind,
        status=JobStatus.CREATED if upload else JobStatus.QUEUED,
        priority=priority,
        options=_valid_options(pipeline, options),
        idempotency_key=idempotency_key,
        source_name=_source_name(comes, url)[:255],
        source_size=comes.size if comes else None,
        source_url=url,
        stage=pipeline.stages[0].name,
        created_at=now,
        queued_at=None if upload else now,
    )
    job.run = (runs_of_source(job).values_list("run", flat=True).first() or 0) + 1
    job.request_digest = _digest(job, file) if idempotency_key else ""
    if existing := _job_of_key(job):
        return existing, False
    _check_limits(owner, job.source_size or 0)
    if file:
        files.save(files.source_path(job.pk), file)
    multipart = incoming.begin(job.pk) if upload else ""
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            stages = _make_stages(job, pipeline)
            if upload:
                Upload.objects.create(job=job, multipart=multipart)
            else:
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


def _check_limits(owner: AbstractUser, size: int) -> None:
    limit = settings.JOBS_MAX_ACTIVE_PER_USER
    if Job.objects.filter(owner=owner.pk, status__in=UNENDED_JOB)[:limit].count() >= limit:
        raise TooManyJobs(f"You have {limit:,} jobs that haven't ended. Wait until one has, or cancel one.")
    limit = settings.JOBS_MAX_BYTES_PER_USER
    if limit and _stored_bytes(owner) + size > limit:
        raise QuotaExceeded(f"Your files would take more than {limit:,} bytes. Delete jobs that you are done with.")


def _stored_bytes(owner: AbstractUser) -> int:
    sources = Job.objects.filter(owner=owner.pk).aggregate(bytes=Sum("source_size"))["bytes"]
    artifacts = Artifact.objects.filter(job__owner=owner.pk).aggregate(bytes=Sum("size"))["bytes"]
    return (sources or 0) + (artifacts or 0)


def runs_of_source(job: Job) -> QuerySet[Job]:
    """Return the owner's jobs that ran the same pipeline on the same source, the newest first."""
    same = {"source_url": job.source_url} if job.source_url else {"source_url": "", "source_name": job.source_name}
    return Job.objects.filter(owner=job.owner_id, kind=job.kind, **same)


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


def _source_name(file: "UploadedFile[bytes] | Announced | None", url: str) -> str:
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


def _check_source(pipeline: Pipeline, file: "UploadedFile[bytes] | None", url: str, upload: Announced | None) -> None:
    sources = {"file": file, "url": url, "upload": upload}
    given = [name for name, source in sources.items() if source]
    if not pipeline.accepts:
        if given:
            raise InvalidRequest({given[0]: ["This pipeline takes no file."]})
        return
    if len(given) > 1:
        raise InvalidRequest({given[1]: ["Send one of a file, a URL and an upload, and not several."]})
    if not given:
        raise InvalidRequest({"file": [f"Send a file ({', '.join(pipeline.accepts)}), or the URL of one."]})
    if file:
        _check_file("file", file.name or "", file.size or 0, settings.JOBS_MAX_FILE_BYTES, pipeline)
    if upload:
        _check_file("upload", upload.name, upload.size, settings.JOBS_MAX_UPLOAD_BYTES, pipeline)
    if url:
        _check_url(url)


def _check_file(field: str, name: str, size: int, limit: int, pipeline: Pipeline) -> None:
    if size == 0:
        raise InvalidRequest({field: ["The file is empty."]})
    if size > limit:
        raise InvalidRequest({field: [f"The file has {size:,} bytes; the limit is {limit:,} bytes."]}, too_large=True)
    if PurePath(name).suffix.lower() not in pipeline.accepts:
        endings = ", ".join(pipeline.accepts)
        raise InvalidRequest({field: [f"{name!r} is not of a kind that this pipeline reads: {endings}."]})


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
        problems = [
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors()
        ]
        raise InvalidRequest({"options": problems}) from None
