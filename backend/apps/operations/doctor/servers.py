"""Whether what the stack stands on is well: database, Redis, disk, clocks, and beat."""

import shutil
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now

from apps.jobs.models import Turn
from apps.operations.doctor.findings import Check, Finding, error, ok, warning
from apps.operations.tasks import BEAT
from config import env

SKEW = 2.0  # seconds
LITTLE, TOO_LITTLE = 5_000_000_000, 500_000_000  # bytes of free disk
OF_IMAGE = Path(sys.prefix) / "uv.lock"  # put there by the Dockerfile
SILENT = timedelta(minutes=3)  # beat sends something every minute


def check_database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    yield ok("database", f"{connection.vendor} {connection.settings_dict['NAME']}")
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    pending = [f"{step.app_label}.{step.name}" for step, _ in plan]
    if pending:
        yield error("migrations", f"not applied: {', '.join(pending[:5])}", "Apply them: scripts/manage migrate")
    else:
        yield ok("migrations", "all applied")


def check_clocks() -> Iterator[Finding]:
    """Compare the database's clock with this process's."""
    if connection.vendor != "postgresql":
        yield ok("clocks", "the database has this machine's")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        skew = float(cursor.fetchone()[0]) - time.time()
    if abs(skew) > SKEW:
        yield warning("clocks", f"the database's is {skew:+.1f} s off", "Set both by NTP; Docker Desktop: restart it.")
    else:
        yield ok("clocks", "agree")


def check_redis() -> Iterator[Finding]:
    client = redis.Redis.from_url(env.redis_url("CELERY_BROKER_URL", 0), socket_connect_timeout=2, socket_timeout=2)
    memory = client.info("memory")
    limit, policy = int(memory["maxmemory"]), memory["maxmemory_policy"]
    if limit and policy != "noeviction":
        yield error("Redis", f"its policy {policy} throws messages away", "Set maxmemory-policy noeviction.")
    elif limit and int(memory["used_memory"]) > 0.9 * limit:
        yield warning("Redis", "more than 90 % of its memory is taken", "Raise maxmemory, or add workers.")
    else:
        yield ok("Redis", f"{memory['used_memory_human']} taken, {policy}")


def check_disk() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.DATA_DIR).free
    text = f"{free / 1e9:,.1f} GB free at {settings.DATA_DIR}"
    if free < TOO_LITTLE:
        yield error("disk", text, "Delete old jobs, lower JOBS_KEEP_DAYS, or docker system prune.")
    elif free < LITTLE:
        yield warning("disk", text, "Lower JOBS_KEEP_DAYS, or docker system prune.")
    else:
        yield ok("disk", text)


def check_beat() -> Iterator[Finding]:
    if Turn.objects.filter(duty=BEAT, taken_at__gt=Now() - SILENT).exists():
        yield ok("beat", "was heard of")
    else:
        yield warning(
            "beat",
            f"nothing it sent was done within {SILENT.total_seconds() / 60:.0f} min: nothing is cleaned up",
            "Start it (docker compose up -d beat), and the worker of default. After a fresh start: wait a minute.",
        )


def check_image() -> Iterator[Finding]:
    """Compare the packages of this container's image with the lock file, which development mounts beside it."""
    if not OF_IMAGE.exists():
        return
    if OF_IMAGE.read_bytes() == (settings.BASE_DIR / "uv.lock").read_bytes():
        yield ok("image", "has the packages of uv.lock")
    else:
        yield warning("image", "its packages aren't those of uv.lock", "Build it anew: docker compose up --build")


CHECKS: dict[str, Check] = {
    "database": check_database,
    "clocks": check_clocks,
    "Redis": check_redis,
    "disk": check_disk,
    "beat": check_beat,
    "image": check_image,
}
