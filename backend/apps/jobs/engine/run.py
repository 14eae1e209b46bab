"""One attempt at one step: what a stage's function holds in its hands. Every write is fenced by the attempt."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from apps.jobs import files
from apps.jobs.storage.fetch import fetch
from apps.jobs.models import Artifact, Job, Step, StepStatus
from apps.jobs.pipelines import Json
from apps.jobs.engine.progress import changing, save_change, save_progress

REPORT_INTERVAL = 0.2  # seconds between two saved reports of one attempt


class LostClaim(Exception):
    """This attempt doesn't hold the step any more: it was cancelled, deleted, or given to another."""


class Attempt:
    """Implements `pipelines.Run` on the database and the storage."""

    def __init__(self, step: Step) -> None:
        self.step_id, self.attempt = step.pk, step.attempt
        self.job_id, self.label, self.input = step.job_id, step.label, step.input
        self.options: Json = step.job.options
        self._job = step.job
        self._reported_at = 0.0

    def report(self, percent: float, message: str = "") -> None:
        now = time.monotonic()
        if now - self._reported_at < REPORT_INTERVAL:
            return
        self._reported_at = now
        with self.changing() as job:
            self.write(progress=round(min(max(percent, 0.0), 100.0), 1))
            save_progress(job, **({"message": message[:500]} if message else {}))

    @contextmanager
    def changing(self) -> Iterator[Job]:
        """Hold the job's row, of which `write` is a part. Raises LostClaim when this attempt doesn't hold its step."""
        with suppress(Job.DoesNotExist), changing(self.job_id) as job:
            self.write(attempt=self.attempt)
            yield job
            return
        raise LostClaim(f"job {self.job_id} was deleted")

    def write(self, **columns: object) -> None:
        """Write columns of the step. Raises LostClaim when this attempt doesn't hold it any more."""
        held = Step.objects.filter(pk=self.step_id, attempt=self.attempt, status=StepStatus.PROCESSING)
        if not held.update(**columns):
            raise LostClaim(f"attempt {self.attempt} at step {self.step_id}")

    def results(self, stage: str) -> list[Json]:
        steps = Step.objects.filter(job=self.job_id, stage=stage).order_by("position")
        return [result or {} for result in steps.values_list("result", flat=True)]

    def save_artifact(self, name: str, content: bytes, content_type: str) -> None:
        self._save(name, content, content_type, internal=False)

    def save_file(self, name: str, content: bytes) -> None:
        self._save(name, content, "application/octet-stream", internal=True)

    def open_file(self, name: str) -> AbstractContextManager[Path]:
        return files.local_file(Artifact.objects.get(job=self.job_id, name=name, internal=True).path)

    @contextmanager
    def source(self) -> Iterator[Path]:
        if not self._job.source_url:
            with files.local_file(files.source_path(self.job_id)) as path:
                yield path
            return
        with TemporaryDirectory() as folder:
            path = Path(folder) / "source"
            self._fetch(path)
            yield path

    def _fetch(self, path: Path) -> None:
        def show(received: int, total: int | None) -> None:
            self.report(40 * received / total if total else 10, f"Fetching {received:,} bytes")

        fetched = fetch(
            self._job.source_url,
            path,
            max_bytes=settings.JOBS_MAX_FILE_BYTES,
            allowed_private_hosts=settings.FETCH_PRIVATE_HOSTS,
            on_progress=show,
        )
        with self.changing() as job:
            save_change(job, source_name=fetched.name[:255], source_size=fetched.size)

    def _save(self, name: str, content: bytes, content_type: str, *, internal: bool) -> None:
        path = files.attempt_path(self.job_id, self.step_id, self.attempt, name)
        files.save(path, content)
        columns = {"content_type": content_type, "size": len(content), "path": path, "internal": internal}
        with self.changing() as job:
            Artifact.objects.filter(job=job, name=name).delete()  # browsers may keep what an id stands for
            Artifact.objects.create(job=job, name=name, **columns)
            if not internal:
                save_change(job)
