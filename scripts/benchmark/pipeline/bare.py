"""The bare side: a Celery task on the same queue that makes the writes of a step, and nothing else.

Its three transactions write the columns that the engine's claim, begin and end write, in copies of the engine's tables
with all their indexes, by primary key; as there, only the first waits for the disk. It has no fence, no turn, no plan,
no ring, and no log lines but Celery's own.
"""

import json
import time
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import redis
from celery import current_app, shared_task
from celery.backends.base import DisabledBackend
from django.conf import settings
from django.db import connection

if TYPE_CHECKING:
    from apps.jobs.models import Stage

WORKER = uuid4()
TABLES = """
DROP TABLE IF EXISTS bench_job, bench_stage, bench_step;
CREATE TABLE bench_job (LIKE jobs_job INCLUDING ALL);
CREATE TABLE bench_stage (LIKE jobs_stage INCLUDING ALL);
CREATE TABLE bench_step (LIKE jobs_step INCLUDING ALL);
"""
STEPS = """
INSERT INTO {table} (job_id, stage_id, owner_id, queue, position, rank, label, input, status, progress, version,
    progress_version, urgency, attempt, losses, retries, worker, task_id, error_code, error_message, queued_at)
SELECT %s, %s, %s, %s, n, n, 'step ' || n, '{{}}', 'queued', 0, 1, 0, 1, 0, 0, 0, '', '', '', '', now()
FROM generate_series(0, %s) n
"""


def make_tables(stage: "Stage", steps: int) -> None:
    """Make the tables anew, with a job, a stage that is like one of the engine's, and steps that wait."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.execute("INSERT INTO bench_job SELECT * FROM jobs_job WHERE id = %s", [stage.job_id])
        cursor.execute("UPDATE bench_job SET status = 'queued', started_at = NULL, finished_at = NULL")
        cursor.execute("INSERT INTO bench_stage SELECT * FROM jobs_stage WHERE id = %s", [stage.pk])
    add_steps("bench_step", stage, steps)


def add_steps(table: str, stage: "Stage", count: int) -> None:
    """Add steps that wait to a table. Their ids go on from the last one's."""
    with connection.cursor() as cursor:
        cursor.execute(STEPS.format(table=table), [stage.job_id, stage.pk, stage.job.owner_id, stage.queue, count - 1])


def step_ids() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM bench_step ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def unended() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bench_step WHERE finished_at IS NULL")
        return int(cursor.fetchone()[0])


def ended_at() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM max(finished_at))::float8 FROM bench_step")
        return float(cursor.fetchone()[0])


def began_at() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (result->>'began')::float8 FROM bench_step")
        return float(cursor.fetchone()[0])


@shared_task(name="bench.bare", queue="charts_cpu", ignore_result=True, backend=DisabledBackend(app=current_app))
def bare(step: int) -> str:
    began = time.time()
    _write(
        "UPDATE bench_step SET status = 'processing', attempt = attempt + 1, held_by = %s, worker = 'bare', "
        "task_id = %s, progress = 0, draft = '', error_code = '', error_message = '', "
        "started_at = clock_timestamp() WHERE id = %s",
        WORKER,
        bare.request.id,
        step,
        on_disk=True,
    )
    _write(
        "UPDATE bench_job SET version = version + 1, status = 'processing', "
        "started_at = COALESCE(started_at, clock_timestamp()); "
        "UPDATE bench_step SET progress_version = progress_version + 1 WHERE id = %s",
        step,
    )
    _write(
        "UPDATE bench_job SET version = version + 1; UPDATE bench_stage SET completed = completed + 1; "
        "UPDATE bench_step SET status = 'completed', progress = 100, version = version + 1, held_by = NULL, "
        "result = %s, draft = '', checkpoint = NULL, finished_at = clock_timestamp() WHERE id = %s",
        json.dumps({"began": began}),
        step,
    )
    return f"step {step} completed"


def update_and_publish(job_id: str, percent: float) -> None:
    """Write a row without waiting for the disk, and publish one message: what a report can't do without."""
    _write("UPDATE bench_step SET progress = %s", percent)
    _redis().publish("bench", job_id)


def _write(sql: str, *values: Any, on_disk: bool = False) -> None:
    commit = "on" if on_disk else "off"
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL synchronous_commit = {commit}; {sql}", values)  # one message, so one transaction


@cache
def _redis() -> redis.Redis:
    layers: dict[str, Any] = settings.CHANNEL_LAYERS
    return redis.Redis.from_url(layers["default"]["CONFIG"]["hosts"][0]["address"])
