"""Where a job's files lie in the storage, and how they get in and out. `jobs/<id>/` holds all files of one job."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.text import get_valid_filename

from apps.jobs.models import ACTIVE_JOB, Artifact, Job
from apps.jobs.storage import bucket

ROOT = "jobs"
WORK = settings.DATA_DIR / "work"


def job_folder(job_id: UUID | str) -> str:
    return f"{ROOT}/{job_id}"


def source_path(job_id: UUID) -> str:
    return f"{job_folder(job_id)}/source"


def attempt_path(job_id: UUID, step_id: int, attempt: int, name: str) -> str:
    """Return a path that nobody else writes to: a run given up for dead can't overwrite its successor's file."""
    return f"{job_folder(job_id)}/{step_id}-{attempt}/{token_hex(4)}-{get_valid_filename(name)}"


def save(path: str, content: "bytes | Path | File[bytes]") -> None:
    """Save a file whole or not at all. Raises OSError, for instance when the disk is full."""
    try:
        with _opened(content) as file:
            default_storage.save(path, file)
    except OSError:
        with suppress(OSError):
            default_storage.delete(path)
        raise


@contextmanager
def _opened(content: "bytes | Path | File[bytes]") -> "Iterator[File[bytes]]":
    if isinstance(content, Path):
        with content.open("rb") as file:
            yield File(file)
    else:
        yield ContentFile(content) if isinstance(content, bytes) else content


def open_source(job_id: UUID) -> "File[bytes]":
    """Return the file of a job, open. Raises FileNotFoundError."""
    return default_storage.open(source_path(job_id))


@contextmanager
def local_file(path: str) -> Iterator[Path]:
    """Yield a file of the storage to be read: itself where the storage is local, else a copy."""
    if not bucket.is_used():
        yield Path(default_storage.path(path))
        return
    with working_folder(path.split("/")[1]) as folder:
        bucket.download(path, folder / "file")
        yield folder / "file"


def delete(paths: Iterable[str]) -> None:
    for path in paths:
        default_storage.delete(path)


def delete_earlier_attempts(job_id: UUID, step_id: int, attempt: int) -> None:
    """Delete what the attempts before this one left behind and no artifact shows."""
    for earlier in range(1, attempt):
        folder = f"{job_folder(job_id)}/{step_id}-{earlier}"
        with suppress(FileNotFoundError):
            left = {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
            delete(left - set(Artifact.objects.filter(job=job_id, path__in=left).values_list("path", flat=True)))


@contextmanager
def working_folder(job_id: UUID | str) -> Iterator[Path]:
    """Yield a folder on the local disk, gone afterwards; the clean-up finds what a killed process leaves."""
    WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK, prefix=f"{job_id}.") as folder:
        yield Path(folder)


def delete_left_working_folders() -> int:
    """Delete working folders of jobs that have ended, and return how many those were."""
    folders = list(WORK.iterdir()) if WORK.exists() else []
    active = {str(pk) for pk in Job.objects.filter(status__in=ACTIVE_JOB).values_list("pk", flat=True)}
    left = [folder for folder in folders if folder.name.partition(".")[0] not in active]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def delete_job_files(job_id: UUID | str) -> None:
    """Delete all files of a job. Safe to call twice."""
    _delete_folder(job_folder(job_id))


def _delete_folder(folder: str) -> None:
    try:
        subfolders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    for subfolder in subfolders:
        _delete_folder(f"{folder}/{subfolder}")
    default_storage.delete(folder)


def folders() -> list[str]:
    """Return the ids of the jobs that have files."""
    try:
        return default_storage.listdir(ROOT)[0]
    except FileNotFoundError:
        return []


def modified_at(job_id: str) -> datetime | None:
    """Return when a file of the job was last written, or None when it has none."""
    return max((default_storage.get_modified_time(path) for path in _paths(job_folder(job_id))), default=None)


def _paths(folder: str) -> Iterator[str]:
    subfolders, names = default_storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in names)
    for subfolder in subfolders:
        yield from _paths(f"{folder}/{subfolder}")
