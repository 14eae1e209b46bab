"""Whether tasks run: the broker, the workers of each queue, what they know, and whether they answer."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from importlib.util import find_spec
from typing import Any

from celery import current_app
from celery.exceptions import TimeoutError as NoAnswer
from django.db.models.functions import Now

from apps.jobs.models import Worker
from apps.operations.doctor.findings import Check, Finding, error, ok, warning
from apps.operations.health import check_broker
from config.queues import QUEUES

ALIVE = timedelta(seconds=10)  # a worker shows that it lives every two
ANSWER_WITHIN = 5.0  # seconds
RECYCLING_POOL = "prefork"
START = "docker compose up -d worker-{0}, or scripts/worker {1}"


def check_messages() -> Iterator[Finding]:
    address = current_app.connection_for_write().as_uri()
    try:
        check_broker()
    except Exception as problem:
        yield error(
            "broker",
            f"{address} can't be reached: {str(problem).strip() or type(problem).__name__}",
            "Start the stack (scripts/up), or correct CELERY_BROKER_URL.",
        )
    else:
        yield ok("broker", address)


def check_eager() -> Iterator[Finding]:
    if current_app.conf.task_always_eager:
        yield warning(
            "eager mode",
            "tasks run in the process that sends them, and no worker gets any",
            "Unset CELERY_TASK_ALWAYS_EAGER.",
        )
    else:
        yield ok("eager mode", "off")


def check_workers() -> Iterator[Finding]:
    """Look at the workers by what they say of themselves in the database."""
    served = _served()
    for name in QUEUES:
        pools = served.get(name, [])
        if not pools:
            yield error(
                f"workers of {name}",
                "there is none, so what is sent there stays PENDING",
                f"Start one: {START.format(name.replace('_', '-'), name)}",
            )
            continue
        yield ok(f"workers of {name}", f"{len(pools)} ({', '.join(sorted(set(pools)))})")
        if "solo" in pools:
            yield warning(
                f"pool of {name}",
                "solo runs one task at once: the others wait",
                f"Use {name.upper()}_POOL=threads, or run the worker in Docker, on prefork.",
            )
        if growing := sorted({pool for pool in pools if pool != RECYCLING_POOL}):
            yield warning(
                f"memory of {name}",
                f"{', '.join(growing)} never replaces a process, so what tasks leak stays",
                "Restart such a worker now and then, or use prefork, which obeys MAX_TASKS_PER_CHILD and "
                "MAX_MEMORY_PER_CHILD.",
            )


def check_pools(platform: str = sys.platform) -> Iterator[Finding]:
    """Look at what the next workers that start here would run on."""
    for name, queue in QUEUES.items():
        if queue.pool == "prefork" and platform == "win32":
            yield error(
                f"pool of {name}",
                "prefork doesn't run on Windows: PermissionError [WinError 5], OSError [WinError 6]",
                f"Unset {name.upper()}_POOL, or set it to solo or threads; or run the worker in Docker.",
            )
        if queue.pool == "gevent" and not find_spec("gevent"):
            yield error(f"pool of {name}", "gevent isn't installed", "Run uv sync in backend/.")


def check_answers() -> Iterator[Finding]:
    """Send the task `debug` to each queue that has a worker, and look at what comes back."""
    sent = {name: current_app.tasks["debug"].apply_async(queue=name, expires=ANSWER_WITHIN * 2) for name in _served()}
    for name, result in sent.items():
        try:
            answer = result.get(timeout=ANSWER_WITHIN, disable_sync_subtasks=False)
        except NoAnswer:
            yield warning(
                f"answer of {name}",
                f"a task stayed PENDING for {ANSWER_WITHIN:.0f} s though there is a worker",
                "It is busy with longer tasks, or listens at another broker: compare CELERY_BROKER_URL of both.",
            )
            continue
        yield from _about(name, answer)


def _about(name: str, answer: dict[str, Any]) -> Iterator[Finding]:
    if answer["event_loop"]:
        yield error(
            f"event loop of {name}",
            f"async code fails in its worker: {answer['event_loop']}",
            "Call coroutines by asgiref's async_to_sync, and never run_until_complete of a loop that runs.",
        )
    missing = sorted(set(current_app.tasks) - set(answer["tasks"]))
    if missing:
        yield error(
            f"tasks of {name}",
            f"{answer['hostname']} doesn't know {', '.join(missing)}",
            "It runs older code, or a module failed to load: restart it, and read its log.",
        )
    yield ok(f"answer of {name}", f"{answer['hostname']}")


def _served() -> dict[str, list[str]]:
    """Return the pools of the living workers by queue."""
    served: dict[str, list[str]] = {}
    for queues in Worker.objects.filter(seen_at__gt=Now() - ALIVE).values_list("queues", flat=True):
        for queue in queues:
            served.setdefault(queue["name"], []).append(queue["pool"])
    return {name: pools for name, pools in served.items() if name in QUEUES}


CHECKS: dict[str, Check] = {
    "broker": check_messages,
    "eager mode": check_eager,
    "workers": check_workers,
    "pools": check_pools,
    "answers": check_answers,
}
