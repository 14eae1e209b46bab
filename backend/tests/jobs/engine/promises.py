"""What the engine promises of every change to jobs and steps, and of the state that it leaves behind."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.forms.models import model_to_dict

from apps.jobs.engine.losses import MAX_LOSSES
from apps.jobs.engine.retries import MAX_RETRIES
from apps.jobs.failures import ErrorCode
from apps.jobs.live.reading import read_summaries
from apps.jobs.models import ACTIVE_JOB, UNENDED_STEP, Job, JobStatus, Step, StepStatus

JOB_EDGES = {
    ("queued", "processing"),
    ("queued", "cancelled"),
    ("queued", "failed"),  # in a retry, when the next stage can't be planned this time either
    ("processing", "completed"),
    ("processing", "failed"),
    ("processing", "cancelled"),
    ("failed", "queued"),
    ("cancelled", "queued"),
}
STEP_EDGES = {
    ("queued", "processing"),
    ("queued", "cancelled"),
    ("processing", "queued"),  # after a transient error, or with a lost worker
    ("processing", "completed"),
    ("processing", "failed"),
    ("processing", "cancelled"),
    ("failed", "queued"),
    ("cancelled", "queued"),
}
ENDED = {"completed", "failed", "cancelled"}
MAX_CLAIMS = MAX_LOSSES + MAX_RETRIES  # of a step, until a person retries its job
QUIET = {"version", "least_progress"}  # columns of a job that no browser sees


@dataclass
class Seen:
    """A job and its parts at one moment."""

    job: Job
    row: dict[str, Any]
    steps: dict[int, Step]
    artifacts: list[str]
    progress: float


def read_all() -> dict[Any, Seen]:
    seen = {}
    jobs = list(Job.objects.prefetch_related("steps", "artifacts"))
    for job, summary in zip(jobs, read_summaries(jobs), strict=True):
        stages = {stage.pk: stage for stage in job.stages.all()}
        steps = {step.pk: step for step in sorted(job.steps.all(), key=lambda step: step.pk)}
        for step in steps.values():
            step.stage = stages[step.stage_id]
        paths = [artifact.path for artifact in job.artifacts.all()]
        seen[job.pk] = Seen(job, model_to_dict(job), steps, paths, summary.progress)
    return seen


def commits() -> object:
    """Return what is another whenever a transaction of another connection was committed."""
    with connection.cursor() as cursor:
        is_postgresql = connection.vendor == "postgresql"
        cursor.execute("SELECT pg_current_snapshot()::text" if is_postgresql else "PRAGMA data_version")
        return cursor.fetchone()


class Promises:
    """Remembers what was seen, and raises AssertionError at what must not follow."""

    def __init__(self) -> None:
        self._seen: dict[Any, Seen] = {}
        self._commits: object = None
        self.claims: Counter[int] = Counter()  # of a step, until a person retries its job
        self.reasons: dict[int, set[str]] = {}  # error codes that a step may fail with
        self.changes = 0

    def give_reason(self, step_id: int, code: str) -> None:
        self.reasons.setdefault(step_id, set()).add(code)

    def observe(self) -> None:
        """Compare what is committed now with what was before. Call whenever a transaction may have been committed."""
        if (now := commits()) == self._commits:
            return
        self._commits = now
        seen = read_all()
        for job_id, after in seen.items():
            if before := self._seen.get(job_id):
                self._check_change(before, after)
            self._check_state(after)
        self._seen = seen

    def _check_change(self, was: Seen, now: Seen) -> None:
        before, after = was.job, now.job
        is_retry = before.status in ENDED and after.status not in ENDED
        assert before.status == after.status or (before.status, after.status) in JOB_EDGES, (
            f"job went {before.status} → {after.status}"
        )
        assert after.version >= before.version, "the version fell"
        changed = {name for name in was.row if was.row[name] != now.row[name]} - QUIET
        assert not changed or after.version > before.version, f"a change that no browser hears of: {changed}"
        assert now.progress >= was.progress or is_retry, f"progress fell from {was.progress} to {now.progress}"
        if after.status in ENDED and before.status == after.status:
            assert after.version == before.version, "a job changed after its end"
            assert was.artifacts == now.artifacts, "a file was saved after the end"
        for pk, step in now.steps.items():
            if pk in was.steps:
                self._check_step(was.steps[pk], step, before.version)
        assert was.steps.keys() <= now.steps.keys(), "a step is gone"

    def _check_step(self, was: Step, now: Step, version: int) -> None:
        edge = was.status, now.status
        is_retry = was.status in ENDED and now.status not in ENDED
        claims = now.attempt - was.attempt
        assert claims in (0, 1), "attempt leapt"
        assert was.status == now.status or edge in STEP_EDGES, f"step went {edge}"
        assert not claims or was.status == "queued", "taken from the one that held it"
        assert now.status == "processing" if claims else edge != ("queued", "processing"), "claimed without a fence"
        assert now.version >= was.version
        if was.progress != now.progress or (was.status != now.status and not claims):
            told = max(now.version, now.progress_version if now.status == "processing" else 0)
            assert told > version, f"a change of a step that no browser hears of: {edge}"
        if is_retry:
            assert (now.losses, now.retries, now.progress) == (0, 0, 0)
            self.claims[now.pk] = 0
            self.reasons.pop(now.pk, None)
        else:
            assert now.losses >= was.losses
            assert now.retries >= was.retries
        assert was.status not in ENDED or is_retry or now.result == was.result, "a result was overwritten"
        self.claims[now.pk] += claims
        assert self.claims[now.pk] <= MAX_CLAIMS, "a step is tried without end"

    def _check_state(self, seen: Seen) -> None:
        job, steps = seen.job, seen.steps.values()
        assert job.status in ACTIVE_JOB or not any(step.status in UNENDED_STEP for step in steps), "ended too early"
        for stage in job.stages.all():
            ways = Counter(step.status for step in steps if step.stage_id == stage.pk)
            assert stage.total == ways.total(), "a stage miscounts its steps"
            counted = {"completed": stage.completed, "failed": stage.failed, "cancelled": stage.cancelled}
            assert counted == {status: ways[status] for status in counted}, f"{stage.name} counts {counted}: {ways}"
        is_drawn = any(step.stage.name == "draw" for step in steps)
        drawn = range(job.options["parts"]) if is_drawn else []
        planned = ["split", *(f"part {number}" for number in drawn)]
        assert [step.label for step in steps] == planned, "a stage was started by halves, or twice"
        assert not is_drawn or next(iter(steps)).status == "completed", "a stage was started too early"
        for step in steps:
            assert step.held_by or step.status != "processing", "held by nobody"
            assert not step.held_by or step.status not in ("completed", "failed"), f"{step.status}, and still held"
            assert step.losses < MAX_LOSSES, "lost too often"
            assert step.retries <= MAX_RETRIES, "retried too often"
            if step.status == StepStatus.COMPLETED:
                assert (step.result or {})["attempt"] == step.attempt, "the result is of another attempt"
                mine = f"/{step.pk}-{step.attempt}/"
                assert any(mine in path for path in seen.artifacts), "the file is of another attempt"

    def check_end(self) -> None:
        """Completed, unless there is a reason."""
        for seen in read_all().values():
            self._check_end(seen)

    def _check_end(self, seen: Seen) -> None:
        job, steps = seen.job, list(seen.steps.values())
        failed = [step for step in steps if step.status == StepStatus.FAILED]
        for step in failed:
            self._check_failure(step)
        if job.status == JobStatus.CANCELLED:
            pass  # also where all steps of a stage had ended, but not the stage
        elif failed:
            assert (job.status, job.error_code) == (JobStatus.FAILED, failed[0].error_code)
        elif job.options["parts"] == 0:
            assert (job.status, job.error_code) == (JobStatus.FAILED, ErrorCode.INTERNAL_ERROR)
        else:
            assert (job.status, seen.progress, job.error_code) == (JobStatus.COMPLETED, 100, "")
            assert {step.status for step in steps} == {StepStatus.COMPLETED}
            assert len(steps) == 1 + job.options["parts"]
            assert job.result == steps[1].result
        assert job.finished_at
        assert job.message == "", "it says that it waits, and is at its end"

    def _check_failure(self, step: Step) -> None:
        reasons = set(self.reasons.get(step.pk, ()))
        if step.losses == MAX_LOSSES - 1:
            reasons.add("WORKER_LOST")
        if step.retries == MAX_RETRIES:
            reasons.add("UPSTREAM_ERROR")
        assert step.error_code in reasons, f"{step} failed with {step.error_code}, and had reason for {reasons}"
