"""A file that comes in chunks: it grows on the local disk, or as the parts of an upload to a bucket."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.core.files.storage import default_storage

from apps.jobs.storage import bucket
from apps.jobs.storage.bucket import Signed
from apps.jobs.storage.files import job_folder, source_path

MANY_PARTS = 9_000  # of 10,000 that a bucket takes
MIB = 1024 * 1024


class Written(NamedTuple):
    """What was written: bytes, and their digest."""

    size: int
    sha256: bytes


def begin(job_id: UUID) -> str:
    """Return the bucket's id of a new upload, or "" where there is no bucket."""
    return bucket.begin_upload(source_path(job_id)) if bucket.is_used() else ""


def chunk_bytes(size: int, *, least: int, most: int) -> int:
    """Return how long the chunks of a file are: `least` to a bucket too, and longer for a file of too many parts."""
    return max(least, -(-size // MANY_PARTS // MIB) * MIB) if bucket.is_used() else min(least, most)


def received(job_id: UUID, multipart: str) -> int:
    """Return how many bytes a bucket has of a file, also once it is whole. Raises FileNotFoundError."""
    try:
        return sum(part.size for part in bucket.parts(source_path(job_id), multipart))
    except FileNotFoundError:
        return default_storage.size(source_path(job_id))


def signed_chunk(job_id: UUID, multipart: str, number: int, digest: str) -> Signed | None:
    """Return where the next chunk goes past our servers; None where it doesn't."""
    return bucket.signed_part(source_path(job_id), multipart, number, digest) if multipart else None


def write_chunk(
    job_id: UUID, multipart: str, number: int, at: int, content: Iterable[bytes], check: Callable[[Written], None]
) -> None:
    """Write what begins at a place, once `check` lets it pass. Raises FileNotFoundError when there is no beginning."""
    if multipart:
        whole = b"".join(content)
        check(Written(len(whole), sha256(whole).digest()))
        bucket.send_part(source_path(job_id), multipart, number, whole)
        return
    path = _growing(job_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = sha256(), 0
    with path.open("r+b" if at else "wb") as file:
        file.seek(at)
        for piece in content:
            digest.update(piece)
            size += file.write(piece)
        file.truncate()  # what an earlier attempt at this chunk may have left
    check(Written(size, digest.digest()))


def finish(job_id: UUID, multipart: str) -> None:
    """Make what has come the job's file. Safe to call twice."""
    if multipart:
        if not default_storage.exists(source_path(job_id)):
            bucket.finish_upload(source_path(job_id), multipart)
        return
    path = _growing(job_id)
    if path.exists():
        path.replace(default_storage.path(source_path(job_id)))


def _growing(job_id: UUID) -> Path:
    return Path(default_storage.path(f"{job_folder(job_id)}/upload"))
