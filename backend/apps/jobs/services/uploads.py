"""Uploads in two steps: a job is created, its file comes in chunks, one behind the other, and then it is started."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.jobs.engine.changes import changing, save_change
from apps.jobs.engine.stages import start_stage
from apps.jobs.models import AWAITING_FILE, Job, JobStatus, Upload
from apps.jobs.pipelines import find_pipeline
from apps.jobs.services.refusals import Conflict, InvalidRequest
from apps.jobs.storage import bucket, files, incoming
from apps.jobs.storage.bucket import Signed
from apps.jobs.storage.incoming import Written

CHUNK_BYTES = 16 * 1024 * 1024
PATIENCE = timedelta(minutes=15)  # without a chunk; then the job expires, when beat looks next, within a minute
BATCH = 500
GONE = "What had arrived of this file is gone. Create a new job."


@dataclass(frozen=True)
class Chunk:
    """Bytes `start` to `end`, which isn't among them, of a file of `total`. `sha256` is theirs, if the sender tells."""

    start: int
    end: int
    total: int
    content: Iterable[bytes]
    sha256: bytes | None


def chunk_bytes(job: Job) -> int:
    """Return how long a chunk of a job's file may be, and all but the last are where they go to a bucket."""
    return incoming.chunk_bytes(job.source_size or 0, least=CHUNK_BYTES, most=settings.JOBS_MAX_FILE_BYTES)


def look_at_upload(job_id: UUID, sha256: str = "") -> tuple[Upload, Signed | None]:
    """Return how far an upload is, and where its next chunk, of this digest, goes if not to us. Raises Conflict."""
    with changing(job_id) as job:
        upload = _awaited(job)
        received = _received(upload)
        if received != upload.received:
            _keep(job, upload, received)
    number = upload.received // chunk_bytes(job) + 1
    return upload, incoming.signed_chunk(job_id, upload.multipart, number, sha256)


def receive_chunk(job_id: UUID, chunk: Chunk) -> Upload:
    """Keep the next part of a job's file. Raises InvalidRequest, and Conflict where another part is the next."""
    with changing(job_id) as job:
        upload = _awaited(job)
        _check(chunk, job, upload)
        number = chunk.start // chunk_bytes(job) + 1
        try:
            incoming.write_chunk(
                job_id, upload.multipart, number, chunk.start, chunk.content, lambda written: _compare(written, chunk)
            )
        except FileNotFoundError:
            raise Conflict(GONE) from None
        _keep(job, upload, chunk.end)
    return upload


def _received(upload: Upload) -> int:
    """Return how many bytes have arrived: a bucket alone knows what came past us. Raises Conflict."""
    if not upload.multipart:
        return upload.received
    try:
        return incoming.received(upload.job_id, upload.multipart)
    except FileNotFoundError:
        raise Conflict(GONE) from None


def _awaited(job: Job) -> Upload:
    upload = Upload.objects.filter(job=job).first()
    if upload is None or job.status not in AWAITING_FILE:
        raise Conflict(f"This job is {job.status}: it awaits no file.")
    return upload


def _keep(job: Job, upload: Upload, received: int) -> None:
    upload.received, upload.touched_at = received, timezone.now()
    upload.save()
    said = f"{received:,} of {job.source_size:,} bytes have arrived"
    save_change(job, status=JobStatus.UPLOADING, message=said)


def _check(chunk: Chunk, job: Job, upload: Upload) -> None:
    if chunk.total != job.source_size:
        raise _invalid("Content-Range", f"The file was announced with {job.source_size:,} bytes.")
    if not chunk.start < chunk.end <= chunk.total:
        raise _invalid("Content-Range", "The range has no byte of the file.")
    longest = chunk_bytes(job)
    if chunk.end - chunk.start > longest:
        raise _invalid("Content-Range", f"A chunk has at most {longest:,} bytes.", too_large=True)
    if upload.multipart and chunk.end < chunk.total and chunk.end - chunk.start < longest:
        raise _invalid("Content-Range", f"A chunk has {longest:,} bytes here, and only the last one fewer.")
    if chunk.start != upload.received:
        raise Conflict(f"{upload.received:,} bytes have arrived: the next chunk begins there.")


def _compare(written: Written, chunk: Chunk) -> None:
    if written.size != chunk.end - chunk.start:
        raise _invalid("Content-Range", "The body is not as long as its range.")
    if chunk.sha256 and chunk.sha256 != written.sha256:
        raise _invalid("Content-Digest", "The chunk was damaged on its way. Send it again.")


def _invalid(header: str, problem: str, *, too_large: bool = False) -> InvalidRequest:
    return InvalidRequest({header: [problem]}, too_large=too_large)


def start_uploaded(job_id: UUID) -> None:
    """Put a job in line whose file is complete. Idempotent. Raises Conflict where something of it is missing."""
    with changing(job_id) as job:
        if job.queued_at:
            return
        upload = _awaited(job)
        received = _received(upload)
        if received != job.source_size:
            raise Conflict(f"{received:,} of {job.source_size:,} bytes have arrived. Send the rest first.")
        pipeline = find_pipeline(job.kind)
        if pipeline is None:
            raise Conflict(f"There is no pipeline {job.kind!r} any more.")
        incoming.finish(job_id, upload.multipart)
        upload.delete()
        save_change(job, status=JobStatus.QUEUED, queued_at=timezone.now())
        start_stage(job, job.stages.get(name=job.stage), pipeline.stages[0].planned([]))


def expire_uploads() -> int:
    """End the jobs whose file has stopped coming, and delete what there is of it. Return how many those were."""
    late = timezone.now() - PATIENCE
    expired = 0
    for job_id in list(Upload.objects.filter(touched_at__lt=late).values_list("job", flat=True)[:BATCH]):
        with changing(job_id) as job:
            if Upload.objects.filter(job=job, touched_at__lt=late).delete()[0]:
                message = f"Its file stopped coming for {PATIENCE.seconds // 60} minutes."
                save_change(job, status=JobStatus.EXPIRED, finished_at=timezone.now(), message=message)
                transaction.on_commit(lambda job_id=job_id: files.delete_job_files(job_id), robust=True)  # type: ignore[misc]
                expired += 1
    return expired


def forget_uploads() -> int:
    """End the uploads in the bucket that no job awaits any more, and return how many those were."""
    if not bucket.is_used():
        return 0
    awaited = set(Upload.objects.exclude(multipart="").values_list("multipart", flat=True))
    late = timezone.now() - PATIENCE
    forgotten = [
        (key, id_)
        for key, id_, begun_at in bucket.unfinished_uploads(f"{files.ROOT}/")
        if id_ not in awaited and begun_at < late
    ]
    for key, id_ in forgotten:
        bucket.abort_upload(key, id_)
    return len(forgotten)
