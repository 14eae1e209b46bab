"""What the engine promises of every write to jobs and steps, and of the state that it leaves behind."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.jobs.engine.losses import MAX_LOSSES
from apps.jobs.engine.retries import MAX_RETRIES
from apps.jobs.failures import ErrorCode
from apps.jobs.live.reading import percent_done
from apps.jobs.models import ACTIVE_JOB, UNENDED_STEP, Job, JobStatus, Step, StepStatus

Row = dict[str, Any]

WATCHED = {
    "jobs_job": ("id", "status", "version", "stage", "message", "error_code"),
    "jobs_step": ("id", "job_id", "stage_id", "position", "status", "attempt", "losses", "retries", "held_by", "rank"),
}
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
MOST_CLAIMS = MAX_LOSSES + MAX_RETRIES  # of a step, until a person retries its job


@dataclass(frozen=True)
class Write:
    """One row that was inserted or changed. `was` is empty for an insert."""

    table: str
    was: Row
    became: Row

    @property
    def edge(self) -> tuple[str, str]:
        return self.was["status"], self.became["status"]

    @property
    def is_retry(self) -> bool:
        return self.edge[0] in ENDED and self.edge[1] == "queued"


class Trace:
    """Every committed write, in order. Triggers record it, so that none is overlooked."""

    def __init__(self) -> None:
        self._read = 0

    def new_writes(self) -> list[Write]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, name, was, became FROM trace WHERE id > %s ORDER BY id", [self._read])
            rows = cursor.fetchall()
        self._read = rows[-1][0] if rows else self._read
        return [Write(name, json.loads(was), json.loads(became)) for _, name, was, became in rows]


@contextmanager
def recording() -> Iterator[Trace]:
    """Record writes through this connection."""
    triggers = [(table, event) for table in WATCHED for event in ("INSERT", "UPDATE")]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE trace (id INTEGER PRIMARY KEY, name, was, became)")
        for table, event in triggers:
            was, became = "'{}'" if event == "INSERT" else _as_json("OLD", table), _as_json("NEW", table)
            change = f"SELECT '{table}', {was}, {became} WHERE {was} <> {became}"
            insert = f"INSERT INTO trace (name, was, became) {change}"
            cursor.execute(f"CREATE TEMP TRIGGER {table}_{event} AFTER {event} ON main.{table} BEGIN {insert}; END")
    yield Trace()
    with connection.cursor() as cursor:
        for table, event in triggers:
            cursor.execute(f"DROP TRIGGER temp.{table}_{event}")
        cursor.execute("DROP TABLE temp.trace")


def _as_json(row: str, table: str) -> str:
    return f"json_object({', '.join(f'{column!r}, {row}.{column}' for column in WATCHED[table])})"


class Promises:
    """Remembers what was written, and raises AssertionError at what must not follow."""

    def __init__(self) -> None:
        self.made: Counter[tuple[int, int]] = Counter()  # steps, by stage and position
        self.first_stages: set[int] = set()
        self.jobs_of_first_stages: set[tuple[str, int]] = set()
        self.split_jobs: set[str] = set()  # whose first stage is completed
        self.claims: Counter[int] = Counter()  # of a step, until a person retries its job
        self.reasons: dict[int, set[str]] = {}  # error codes that a step may fail with
        self.reached: dict[str, float] = {}  # percent, by job, until a person retries it

    def give_reason(self, step_id: int, code: str) -> None:
        self.reasons.setdefault(step_id, set()).add(code)

    def check_write(self, write: Write) -> None:
        if write.table == "jobs_job" and write.was:
            self._check_job(write)
        elif write.table == "jobs_step":
            check = self._check_step if write.was else self._check_new_step
            check(write)

    def _check_job(self, write: Write) -> None:
        was, became = write.was, write.became
        assert write.edge in JOB_EDGES or was["status"] == became["status"], f"job went {write.edge}"
        assert became["version"] > was["version"], "a change that no browser hears of"
        if write.is_retry:
            self.reached.pop(became["id"], None)

    def _check_new_step(self, write: Write) -> None:
        step = write.became
        place = step["stage_id"], step["position"]
        self.made[place] += 1
        assert self.made[place] == 1, "a stage was started twice"
        if step["job_id"] not in {job_id for job_id, _ in self.jobs_of_first_stages}:
            self.jobs_of_first_stages.add((step["job_id"], step["stage_id"]))
            self.first_stages.add(step["stage_id"])
        is_first = step["stage_id"] in self.first_stages
        assert is_first or step["job_id"] in self.split_jobs, "a stage was started too early"

    def _check_step(self, write: Write) -> None:
        was, became = write.was, write.became
        assert write.edge in STEP_EDGES or was["status"] == became["status"], f"step went {write.edge}"
        claims = became["attempt"] - was["attempt"]
        assert claims in (0, 1), "attempt leapt"
        assert became["status"] == "processing" if claims else write.edge != ("queued", "processing")
        assert became["losses"] < MAX_LOSSES, "lost too often"
        assert bool(became["held_by"]) == (became["status"] == "processing"), "held, and not at work"
        assert became["retries"] <= MAX_RETRIES, "retried too often"
        if write.is_retry:
            self.claims[became["id"]] = 0
            self.reasons.pop(became["id"], None)
        else:
            assert became["losses"] >= was["losses"]
            assert became["retries"] >= was["retries"]
        self.claims[became["id"]] += claims
        assert self.claims[became["id"]] <= MOST_CLAIMS, "a step is tried without end"
        if became["status"] == "completed" and became["stage_id"] in self.first_stages:
            self.split_jobs.add(became["job_id"])

    def check_state(self, job: Job) -> None:
        steps = job.steps.all()
        assert job.status in ACTIVE_JOB or not any(step.status in UNENDED_STEP for step in steps), "ended too early"
        drawn = range(job.options["parts"]) if any(step.stage.name == "draw" for step in steps) else []
        planned = ["split", *(f"part {number}" for number in drawn)]
        assert [step.label for step in steps] == planned, "a stage was started by halves"
        paths = {artifact.name: artifact.path for artifact in job.artifacts.all()}
        for step in steps:
            assert step.version <= job.version, "a step is ahead of its job"
            if step.status == StepStatus.COMPLETED:
                assert (step.result or {})["attempt"] == step.attempt, "the result is of another attempt"
                assert f"/{step.pk}-{step.attempt}/" in paths[step.label], "the file is of another attempt"
        self._check_counts(job)
        percent = percent_done(job)
        assert percent >= self.reached.get(job.pk.hex, 0), "progress fell"
        self.reached[job.pk.hex] = percent

    def _check_counts(self, job: Job) -> None:
        for stage in job.stages.all():
            statuses = Counter(step.status for step in job.steps.all() if step.stage_id == stage.pk)
            counted = {"completed": stage.completed, "failed": stage.failed, "cancelled": stage.cancelled}
            assert counted == {name: statuses[name] for name in counted}, "a stage counted wrongly"
            assert stage.total == statuses.total()

    def check_end(self, job: Job) -> None:
        """Completed, unless there is a reason."""
        steps = list(job.steps.all())
        failed = [step for step in steps if step.status == StepStatus.FAILED]
        for step in failed:
            self._check_failure(step)
        if job.status == JobStatus.CANCELLED:
            assert not any(step.status in UNENDED_STEP for step in steps)
        elif failed:
            assert (job.status, job.error_code) == (JobStatus.FAILED, failed[0].error_code)
        elif job.options["parts"] == 0:
            assert (job.status, job.error_code) == (JobStatus.FAILED, ErrorCode.INTERNAL_ERROR)
        else:
            assert (job.status, percent_done(job), job.error_code) == (JobStatus.COMPLETED, 100, "")
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
