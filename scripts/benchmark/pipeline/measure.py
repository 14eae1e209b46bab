"""Measures in a container of the stack: `python -m pipelines.bench.measure WHAT [JSON]` ends with a line of JSON."""

import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from statistics import median
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from celery import current_app  # noqa: E402
from django.db import connection  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

from apps.accounts.models import User  # noqa: E402
from apps.jobs.engine import statements  # noqa: E402
from apps.jobs.live.reading import read_snapshot, read_update  # noqa: E402
from apps.jobs.models import ACTIVE_JOB, Job, Stage, Step, Worker  # noqa: E402
from apps.jobs.services import submit_job  # noqa: E402

from .bare import add_steps, bare, began_at, ended_at, make_tables, step_ids, unended  # noqa: E402

WITHIN = 1200.0  # seconds for one job
NOBODYS = "bench_nobodys"  # a queue that no worker serves
CLAIMS = 100
LATE = 20  # versions that an update lacks


def user(name: str = "bench") -> User:
    return User.objects.get_or_create(username=name)[0]


def engine_seconds(size: int) -> float:
    """Return the seconds from the submit of a job of so many steps to its end."""
    begun = time.time()
    job = run_job(f"bench_{size}")
    assert job.finished_at
    return job.finished_at.timestamp() - begun


def bare_seconds(size: int) -> float:
    make_tables(stage(), size)
    steps = step_ids()
    begun = time.time()
    send_bare(steps)
    wait_until(lambda: not unended())
    return ended_at() - begun


def stage() -> Stage:
    """Return the stage of a job that has run."""
    return run_job("bench_1").stages.select_related("job").get()


def run_job(kind: str, **options: Any) -> Job:
    job, _ = submit_job(owner=user(), kind=kind, options=options)
    wait_until(lambda: not Job.objects.filter(pk=job.pk, status__in=ACTIVE_JOB).exists())
    job.refresh_from_db()
    assert job.status == "completed", f"{job.status}: {job.error_message}"
    return job


def send_bare(steps: list[int]) -> None:
    with current_app.producer_or_acquire() as producer:
        for step in steps:
            bare.apply_async((step,), producer=producer)


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + WITHIN
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError("A job did not end.")
        time.sleep(0.05)


def steps(size: int) -> Any:
    """Return steps per second of both sides, one after the other."""
    return {"engine": size / engine_seconds(size), "bare": size / bare_seconds(size)}


def start(times: int) -> Any:
    """Return milliseconds until a step, and a bare task after one committed row, has begun."""
    found: dict[str, list[float]] = {"engine": [], "bare": []}
    like = stage()
    for _ in range(times):
        begun = time.time()
        result: Any = run_job("bench_1").result
        found["engine"].append(1000 * (result["began"] - begun))
        make_tables(like, 0)
        begun = time.time()
        add_steps("bench_step", like, 1)
        send_bare([1])
        wait_until(lambda: not unended())
        found["bare"].append(1000 * (began_at() - begun))
    return {side: median(times) for side, times in found.items()}


def report(times: int) -> Any:
    make_tables(stage(), 1)
    return run_job("bench_compare_reports", reports=times).result


def claim(others: int) -> Any:
    """Return milliseconds of a claim: with no waiting steps but a few, and with many of another user's before them."""
    Job.objects.filter(kind="bench_waiting").delete()
    vacuum()
    add_waiting(user(), CLAIMS)
    alone = claim_ms()
    add_waiting(user("others"), others)
    add_waiting(user(), CLAIMS)
    crowded = claim_ms()
    Job.objects.filter(kind="bench_waiting").delete()
    vacuum()
    return {"alone": alone, "crowded": crowded}


def add_waiting(owner: User, count: int) -> None:
    job = Job.objects.create(owner=owner, kind="bench_waiting", stage="work")
    stage = Stage.objects.create(job=job, position=0, name="work", queue=NOBODYS, total=count)
    add_steps("jobs_step", stage, count)


def claim_ms() -> float:
    """Return the median of claims; their worker is known, so that nobody takes it for dead meanwhile."""
    now = django.utils.timezone.now()
    worker = Worker.objects.create(id=uuid.uuid4(), name="bench", started_at=now, seen_at=now)
    found = []
    for _ in range(CLAIMS):
        begun = time.perf_counter()
        statements.claim(queue=NOBODYS, worker_id=worker.pk, worker_name="bench", task_id="bench")
        found.append(1000 * (time.perf_counter() - begun))
    Step.objects.filter(held_by=worker.pk).update(status="completed", held_by=None)
    worker.delete()
    return median(found)


def vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM jobs_step")


def sizes(size: int) -> Any:
    """Return the bytes of the messages that show a job of so many steps, and its last changes."""
    job = run_job(f"bench_{size}")
    snapshot, update = read_snapshot(job.pk), read_update(job.pk, job.version - LATE)
    assert snapshot
    assert update
    return {"snapshot": len(snapshot[1].encode()), "update": len(update[1].encode())}


def watched(jobs: int, seconds: float) -> Any:
    """Submit so many jobs that report often, each of another user; return what a socket to each needs."""
    found = []
    for number in range(jobs):
        owner = user(f"bench {number}")
        job, _ = submit_job(owner=owner, kind="bench_report", options={"seconds": seconds})
        found.append({"id": str(job.pk), "token": Token.objects.get_or_create(user=owner)[0].key})
    return found


MEASURES = (steps, start, report, claim, sizes, watched)


def main() -> None:
    name, *arguments = sys.argv[1:]
    measure = next(measure for measure in MEASURES if measure.__name__ == name)
    print(json.dumps(measure(*map(json.loads, arguments))))


if __name__ == "__main__":
    main()
