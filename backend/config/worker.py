"""`python -m config.worker ai` becomes the worker of a queue with its row's numbers; `--print` shows the command.

One worker can serve several queues, `ingestion_io,charts_cpu,ai`: with the largest of their concurrencies and memory
limits, and the smallest of their other numbers. Each task keeps the limits of its own queue.
"""

import argparse
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace

from config.queues import POOLS, QUEUES, Queue, UnknownQueue, choose_pool, default_concurrency, get_queue


class BadOption(ValueError):
    """A worker can't be started like that. The message says what to do."""


def together(queues: Sequence[Queue]) -> Queue:
    """Return the numbers of a worker for all of these queues. Raises BadOption when their pools differ."""
    pools = {queue.pool for queue in queues}
    if len(pools) > 1:
        raise BadOption(f"These queues ask for the pools {', '.join(sorted(pools))}. Choose one: --pool prefork")
    return replace(
        queues[0],
        name=",".join(queue.name for queue in queues),
        concurrency=max(queue.concurrency for queue in queues),
        prefetch_multiplier=min(queue.prefetch_multiplier for queue in queues),
        max_tasks_per_child=min(queue.max_tasks_per_child for queue in queues),
        max_memory_per_child=max(queue.max_memory_per_child for queue in queues),
    )


def with_pool(queue: Queue, pool: str, platform: str) -> Queue:
    """Return the queue as another pool serves it."""
    chosen = choose_pool(pool, platform)
    return replace(queue, pool=chosen, concurrency=default_concurrency(queue, chosen))


def build_options(queue: Queue, *more: str) -> list[str]:
    """Return the options of `celery -A config worker` that keep the queue's promise, with more of Celery's."""
    return [
        *("--queues", queue.name),
        *("--hostname", f"{queue.name.replace(',', '+')}@%h"),
        *("--pool", queue.pool),
        *("--concurrency", str(queue.concurrency)),
        *("--prefetch-multiplier", str(queue.prefetch_multiplier)),
        *("--max-tasks-per-child", str(queue.max_tasks_per_child)),
        *("--max-memory-per-child", str(queue.max_memory_per_child * 1000)),  # kB
        *("--loglevel", "INFO"),
        *("--without-gossip", "--without-mingle"),  # workers of different queues have nothing to tell each other
        *more,
    ]


def chosen_queue(
    names: str, *, pool: str | None = None, concurrency: int | None = None, platform: str = sys.platform
) -> Queue:
    """Return what a worker for these queues, by commas, is to be. Raises UnknownQueue, BadOption."""
    rows = [get_queue(name.strip()) for name in names.split(",")]
    queue = together([with_pool(row, pool, platform) for row in rows] if pool else rows)
    if queue.pool == "prefork" and platform == "win32":
        raise BadOption("prefork doesn't run on Windows. Leave --pool out (solo), or use --pool threads.")
    return replace(queue, concurrency=concurrency) if concurrency else queue


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/worker", description="Runs a worker of one queue, or of several.")
    parser.add_argument("queues", help=f"{', '.join(QUEUES)}; several by commas")
    parser.add_argument("--pool", choices=POOLS, help="default: the queue's own")
    parser.add_argument("--concurrency", type=int, help="tasks at once; default: the queue's own")
    parser.add_argument("--reload", action="store_true", help="restart when its code changes")
    parser.add_argument("--print", action="store_true", help="show Celery's own command for it instead of running it")
    given, more = parser.parse_known_args()
    try:
        queue = chosen_queue(given.queues, pool=given.pool, concurrency=given.concurrency)
    except (UnknownQueue, BadOption) as error:
        parser.error(str(error))
    options = build_options(queue, *more)
    if given.print:
        print("celery -A config worker", shlex.join(options))
        return
    argv = [sys.executable, "-m", "config.celery_command", "worker", *options]
    if given.reload:
        argv = [sys.executable, "-m", "config.reload", "--overlap", *argv]
    if queue.pool in ("gevent", "threads"):  # many tasks in one process share its database connections
        os.environ.setdefault("DATABASE_POOL", "true")
    if sys.platform == "win32":  # there, a program that execs looks ended to whoever started it
        sys.exit(subprocess.call(argv))  # noqa: S603
    os.execv(sys.executable, argv)  # noqa: S606 - the worker itself gets the signals


if __name__ == "__main__":
    main()
