"""The bare side: a Celery task on the same queue that makes the writes of a step, and nothing else.

Its three transactions update as many rows as the engine's claim, begin and end do, by primary key, and as there only
the first waits for the disk. It has no fence, no turn, no plan, no ring, and no log lines but Celery's own.
"""

import json
import time
from functools import cache
from typing import Any

import redis
from celery import current_app, shared_task
from celery.backends.base import DisabledBackend
from django.conf import settings
from django.db import connection

TABLES = """
DROP TABLE IF EXISTS bench_job, bench_stage, bench_step;
CREATE TABLE bench_job (
    id int PRIMARY KEY, version int DEFAULT 0, status text DEFAULT 'queued', started_at timestamptz
);
CREATE TABLE bench_stage (id int PRIMARY KEY, completed int DEFAULT 0);
CREATE TABLE bench_step (
    id int PRIMARY KEY, status text DEFAULT 'queued', attempt int DEFAULT 0, worker text DEFAULT '', progress float8,
    version int DEFAULT 0, result jsonb, started_at timestamptz, finished_at timestamptz
);
INSERT INTO bench_job VALUES (0);
INSERT INTO bench_stage VALUES (0);
"""


def make_tables(steps: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.execute("INSERT INTO bench_step SELECT generate_series(0, %s)", [steps - 1])


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
        "UPDATE bench_step SET status = 'processing', attempt = attempt + 1, worker = 'bare', progress = 0, "
        "started_at = clock_timestamp() WHERE id = %s",
        step,
        on_disk=True,
    )
    _write(
        "UPDATE bench_job SET version = version + 1, status = 'processing', "
        "started_at = COALESCE(started_at, clock_timestamp()) WHERE id = 0; "
        "UPDATE bench_step SET version = version + 1 WHERE id = %s",
        step,
    )
    _write(
        "UPDATE bench_job SET version = version + 1 WHERE id = 0; "
        "UPDATE bench_stage SET completed = completed + 1 WHERE id = 0; "
        "UPDATE bench_step SET status = 'completed', progress = 100, version = version + 1, result = %s, "
        "finished_at = clock_timestamp() WHERE id = %s",
        json.dumps({"began": began}),
        step,
    )
    return f"step {step} completed"


def update_and_publish(job_id: str, percent: float) -> None:
    """Write a row without waiting for the disk, and publish one message: what a report can't do without."""
    _write("UPDATE bench_step SET progress = %s WHERE id = 0", percent)
    _redis().publish("bench", job_id)


def _write(sql: str, *values: str | float, on_disk: bool = False) -> None:
    commit = "on" if on_disk else "off"
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL synchronous_commit = {commit}; {sql}", values)  # one message, so one transaction


@cache
def _redis() -> redis.Redis:
    layers: dict[str, Any] = settings.CHANNEL_LAYERS
    return redis.Redis.from_url(layers["default"]["CONFIG"]["hosts"][0]["address"])
