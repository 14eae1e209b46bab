"""One attempt at one step, from its claim on, and in the hands of a stage's function. Every write is fenced."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from pydantic_core import to_jsonable_python

from apps.jobs.engine import statements
from apps.jobs.engine.attempts import holding
from apps.jobs.engine.changes import changing, save_change
from apps.jobs.engine.queueing import pass_permit_on
from apps.jobs.engine.statements import ClaimedStep, Fence
from apps.jobs.failures import ErrorCode, JobError
from apps.jobs.live.doorbell import ring
from apps.jobs.models import Artifact, Job, Stage, Step
from apps.jobs.pipelines import Json
from apps.jobs.storage import files

if TYPE_CHECKING:
    from apps.jobs.storage.fetch import Fetched

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

MAX_CHECKPOINT = 64 * 1024  # characters of JSON
MAX_DRAFT = 20_000  # characters
REPORT_INTERVAL = 0.2  # seconds between two saved reports of one attempt


class LostClaim(Exception):
    """This attempt doesn't hold the step any more: it was cancelled, deleted, or given to another."""


@dataclass(frozen=True)
class Holder:
    """The worker that an attempt runs in: its id, made anew at each start, and Celery's node name."""

    id: UUID
    name: str


class JobFacts(NamedTuple):
    """What an attempt has to know of its job and stage."""

    kind: str
    options: Any
    source_url: str
    stage: str


def claim(queue: str, *, holder: Holder, task_id: str) -> "Attempt | None":
    """Take the most urgent due step of a queue and show that it has begun. Return None when there is nothing to do."""
    step = statements.claim(queue=queue, worker_id=holder.id, worker_name=holder.name, task_id=task_id)
    if step is None:
        return None
    begun = statements.begin(step.fence)
    if begun is None:  # cancelled in between
        return None
    ring(step.fence.job_id, step.fence.owner_id)
    pass_permit_on(queue, position=step.position, total=begun.steps)
    try:
        facts = read_facts(step.fence.job_id, step.fence.stage_id)
    except Stage.DoesNotExist:  # deleted in between
        return None
    return Attempt(queue, step, facts, owner_is_active=begun.owner_is_active)


@lru_cache(maxsize=100)
def read_facts(job_id: UUID, stage_id: int) -> JobFacts:
    """Read what never changes of a job and its stage: once in a process, for all steps. Raises Stage.DoesNotExist."""
    stage = Stage.objects.select_related("job").get(pk=stage_id, job=job_id)
    return JobFacts(stage.job.kind, stage.job.options, stage.job.source_url, stage.name)


def return_connection() -> None:
    """Let other tasks of this process have its database connection, where they share a few: gevent, threads."""
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()


def returns_connection(method: Callable[P, T]) -> Callable[P, T]:
    """Keep no connection while the stage's function works: of its thousand steps ten would run at once."""

    @wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        finally:
            return_connection()

    return wrapper


def check(held: object, fence: Fence) -> None:
    """Ring for a write that was made. Raises LostClaim when it wasn't: this attempt doesn't hold its step."""
    if not held:
        raise LostClaim(f"attempt {fence.attempt} at step {fence.step_id}")
    ring(fence.job_id, fence.owner_id)


def as_json(value: Any, what: str) -> str | None:
    """Return a value as JSON: what pydantic knows, such as dates and models, too. Raises JobError on `what`."""
    try:
        return None if value is None else json.dumps(to_jsonable_python(value), allow_nan=False)
    except ValueError as error:  # PydanticSerializationError is one
        raise JobError(ErrorCode.PROCESSING_ERROR, f"{what} can't be stored as JSON: {error}") from None


def _fetch(
    url: str, destination: Path, max_bytes: int, on_progress: Callable[[int, int | None], None] | None = None
) -> "Fetched":
    from apps.jobs.storage.fetch import fetch  # brings httpx, which the web server and most steps don't need

    return fetch(
        url,
        destination,
        max_bytes=max_bytes,
        allowed_private_hosts=settings.FETCH_PRIVATE_HOSTS,
        on_progress=on_progress,
    )


class Attempt:
    """Implements `pipelines.Run` on the database and the storage."""

    def __init__(self, queue: str, step: ClaimedStep, job: JobFacts, *, owner_is_active: bool) -> None:
        self.queue, self.step, self.job, self.fence = queue, step, job, step.fence
        self.owner_is_active = owner_is_active
        self.attempt, self.label = step.fence.attempt, step.label
        self.job_id, self.owner_id = step.fence.job_id, step.fence.owner_id
        self.input: Json = step.input
        self.last_checkpoint: Json | None = step.checkpoint
        self.options: Json = deepcopy(job.options)  # the stage's function may change them
        self._reported_at = self._drafted_at = 0.0

    def __str__(self) -> str:
        return f"job {self.job_id}: {self.job.stage} {self.label!r}, attempt {self.attempt}"

    def report(self, percent: float, message: str = "") -> None:
        now = time.monotonic()
        if now - self._reported_at < REPORT_INTERVAL:
            return
        self._reported_at = now
        self._report(progress=round(min(max(percent, 0.0), 100.0), 1), message=message[:500])

    def draft(self, text: str) -> None:
        now = time.monotonic()
        if now - self._drafted_at < REPORT_INTERVAL:
            return
        self._drafted_at = now
        self._report(draft=text[:MAX_DRAFT].replace("\0", ""))

    @returns_connection
    def _report(self, **what: Any) -> None:
        check(statements.report(self.fence, **what), self.fence)

    @returns_connection
    def checkpoint(self, state: Json) -> None:
        written = as_json(state, "This checkpoint")
        if written and len(written) > MAX_CHECKPOINT:
            message = f"This checkpoint has {len(written):,} characters, at most {MAX_CHECKPOINT:,} can be stored."
            raise JobError(ErrorCode.PROCESSING_ERROR, message)
        if not statements.save_checkpoint(self.fence, written):
            raise LostClaim(str(self))
        log.info("%s saved a checkpoint", self)

    @contextmanager
    def changing(self) -> Iterator[Job]:
        """Hold the job's row and the step's. Raises LostClaim when this attempt doesn't hold its step."""
        with suppress(Job.DoesNotExist), changing(self.job_id) as job:
            if holding(self.fence).exists():
                yield job
                return
        raise LostClaim(str(self))

    @returns_connection
    def results(self, stage: str) -> list[Any]:
        steps = Step.objects.filter(stage__job=self.job_id, stage__name=stage).order_by("position")
        return list(steps.values_list("result", flat=True))

    def save_artifact(self, name: str, content: bytes | Path, content_type: str, title: str = "") -> None:
        self._save(name, content, content_type, title=title, internal=False)

    def save_file(self, name: str, content: bytes | Path) -> None:
        self._save(name, content, "application/octet-stream", title="", internal=True)

    @returns_connection
    def open_file(self, name: str) -> AbstractContextManager[Path]:
        return files.local_file(Artifact.objects.get(job=self.job_id, name=name, internal=True).path)

    def working_folder(self) -> AbstractContextManager[Path]:
        return files.working_folder(self.job_id)

    @contextmanager
    def source(self) -> Iterator[Path]:
        if not self.job.source_url:
            with files.local_file(files.source_path(self.job_id)) as path:
                yield path
            return
        with files.working_folder(self.job_id) as folder:
            path = folder / "source"
            self._fetch_source(path)
            yield path

    def fetch(self, url: str, destination: Path, *, max_bytes: int) -> str:
        return _fetch(url, destination, max_bytes).content_type

    def _fetch_source(self, path: Path) -> None:
        def show(received: int, total: int | None) -> None:
            self.report(40 * received / total if total else 10, f"Fetching {received:,} bytes")

        fetched = _fetch(self.job.source_url, path, settings.JOBS_MAX_FILE_BYTES, on_progress=show)
        self._show_source(fetched.name, fetched.size)

    @returns_connection
    def _show_source(self, name: str, size: int) -> None:
        with self.changing() as job:
            save_change(job, source_name=name[:255], source_size=size)

    @returns_connection
    def _save(self, name: str, content: bytes | Path, content_type: str, *, title: str, internal: bool) -> None:
        path = files.attempt_path(self.job_id, self.fence.step_id, self.attempt, name)
        files.save(path, content)
        columns = {
            "step_id": self.fence.step_id,
            "title": title[:200],
            "content_type": content_type,
            "size": content.stat().st_size if isinstance(content, Path) else len(content),
            "path": path,
            "internal": internal,
        }
        with self.changing() as job:
            replaced = Artifact.objects.filter(job=job, name=name)
            paths = list(replaced.values_list("path", flat=True))
            shown = F("artifacts_total") + int(not internal) - replaced.filter(internal=False).count()
            replaced.delete()  # browsers may keep what an id stands for
            version = save_change(job, artifacts_total=shown)
            Artifact.objects.create(job=job, name=name, version=version, **columns)
            transaction.on_commit(lambda: files.delete(paths), robust=True)
