"""`scripts/new-queue NAME [--concurrency N …]`: a row in the queue table, and a worker in each Compose file."""

import argparse
import re
import sys
from dataclasses import dataclass

from native.services import queue_names
from project.edits import Edits, Refused, carry_out, checked_name

TABLE = "backend/config/queues.py"
COMPOSE_FILES = ("docker-compose.yml", "docker-compose.prod.yml")
USUAL_GRACE = 130  # seconds: x-worker's stop_grace_period
MORE = 10  # seconds that a worker gets beyond its time limit to stop

# The worker of a queue in a Compose file: its name, and its lines.
SERVICE = re.compile(r"^  worker-(?P<name>[\w-]+):\n(?P<lines>(?:    .*\n)+)", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    name: str
    purpose: str
    concurrency: int = 2
    prefetch_multiplier: int = 1
    acks_late: bool = True
    time_limit: int = 60
    soft_time_limit: int = 50
    max_tasks_per_child: int = 1000

    def as_python(self) -> str:
        columns = {**vars(self), "purpose": self.purpose.replace('"', "'")}
        lines = [
            f'        {name}="{value}",\n' if isinstance(value, str) else f"        {name}={value},\n"
            for name, value in columns.items()
        ]
        return f"    Queue(\n{''.join(lines)}    ),\n"


def add(row: Row) -> list[str]:
    """Write the row and its workers into a checkout, and return the files. Raises Refused."""
    checked_name(row.name)
    if row.name in queue_names():
        raise Refused(f"There is a queue {row.name!r} already, in {TABLE}.")
    if row.soft_time_limit >= row.time_limit:
        raise Refused("The soft time limit has to be below the time limit, so that a task can tell of it.")
    if not row.purpose.isprintable() or "\\" in row.purpose:
        raise Refused("The purpose is a few words on one line, without backslashes.")
    if min(value for value in vars(row).values() if isinstance(value, int) and not isinstance(value, bool)) < 1:
        raise Refused("Every number of a queue is at least 1.")
    edits = Edits()
    edits.change(TABLE, lambda text: text.replace("    ),\n)\n", f"    ),\n{row.as_python()})\n", 1))
    for name in COMPOSE_FILES:
        edits.change(name, lambda text: with_worker(text, row))
    return edits.save()


def with_worker(compose: str, row: Row) -> str:
    """Return a Compose file with one more worker, behind the last one and like the first."""
    services = list(SERVICE.finditer(compose))
    first, last = services[0], services[-1]
    old = first["name"].replace("-", "_")
    lines = re.sub(r"    stop_grace_period: .*\n", "", first["lines"])
    lines = lines.replace(f"config.worker {old}", f"config.worker {row.name}").replace(old.upper(), row.name.upper())
    if row.time_limit + MORE > USUAL_GRACE:
        lines += f"    stop_grace_period: {row.time_limit + MORE}s\n"
    return f"{compose[: last.end()]}\n  worker-{row.name.replace('_', '-')}:\n{lines}{compose[last.end() :]}"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/new-queue",
        description="Adds a queue: a row in the queue table, and a worker in each Compose file.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("name", help="small letters, digits and _, such as send_mail")
    parser.add_argument("--purpose", default="what it is for", help="a few words")
    for option, what in {
        "concurrency": "tasks at once",
        "prefetch-multiplier": "messages taken in advance, for each task at once",
        "time-limit": "seconds",
        "soft-time-limit": "seconds, less than that",
        "max-tasks-per-child": "a pool process is replaced after so many",
    }.items():
        parser.add_argument(f"--{option}", type=int, default=getattr(Row, option.replace("-", "_")), help=what)
    parser.add_argument("--acks-early", dest="acks_late", action="store_false", help="acknowledge before a task runs")
    row = Row(**vars(parser.parse_args()))
    return carry_out(lambda: add(row), afterwards="Start its worker: scripts/up")


if __name__ == "__main__":
    sys.exit(main())
