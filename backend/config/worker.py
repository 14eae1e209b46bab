"""`python -m config.worker ai` becomes the worker of a queue with its row's numbers; `--print` shows the command."""

import argparse
import os
import shlex
import subprocess
import sys

from config.queues import QUEUES, Queue, UnknownQueue, get_queue


def build_argv(queue: Queue) -> list[str]:
    """Return the `celery worker` command line that keeps the queue's promise."""
    return [
        *("celery", "-A", "config", "worker"),
        *("--queues", queue.name),
        *("--hostname", f"{queue.name}@%h"),
        *("--pool", queue.pool),
        *("--concurrency", str(queue.concurrency)),
        *("--prefetch-multiplier", str(queue.prefetch_multiplier)),
        *("--max-tasks-per-child", str(queue.max_tasks_per_child)),
        *("--max-memory-per-child", str(queue.max_memory_per_child * 1000)),  # kB
        *("--loglevel", "INFO"),
        *("--without-gossip", "--without-mingle"),  # workers of different queues have nothing to tell each other
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m config.worker", description=__doc__)
    parser.add_argument("queue", help=", ".join(QUEUES))
    parser.add_argument("--print", action="store_true", help="show the command instead of running it")
    arguments = parser.parse_args()
    try:
        queue = get_queue(arguments.queue)
    except UnknownQueue as error:
        parser.error(str(error))
    argv = build_argv(queue)
    if arguments.print:
        print(shlex.join(argv))
        return
    if queue.pool in ("gevent", "threads"):  # many tasks in one process share its database connections
        os.environ.setdefault("DATABASE_POOL", "true")
    if sys.platform == "win32":  # there, a program that execs looks ended to whoever started it
        sys.exit(subprocess.call([sys.executable, "-m", *argv]))  # noqa: S603
    os.execv(sys.executable, [sys.executable, "-m", *argv])  # noqa: S606 - the worker itself gets the signals


if __name__ == "__main__":
    main()
