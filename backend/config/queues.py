"""The queue table: the only place where a queue's numbers stand. Standard library only; anybody may import it.

Each number can be overridden by a variable named for the queue and the column: INGESTION_IO_CONCURRENCY=8.
"""

import sys
from dataclasses import dataclass, replace

from config import env

POOLS = ("auto", "prefork", "solo", "gevent", "threads")
GEVENT_CONCURRENCY = 200


class UnknownQueue(ValueError):
    """A queue was named that isn't in the table."""


@dataclass(frozen=True)
class Queue:
    """A named line of messages, its worker's numbers, and its promise. Times in seconds, memory in MB."""

    name: str
    purpose: str
    concurrency: int
    prefetch_multiplier: int
    acks_late: bool
    time_limit: int
    soft_time_limit: int
    max_tasks_per_child: int
    max_memory_per_child: int = 200
    pool: str = "auto"


TABLE = (
    Queue(
        name="ingestion_io",
        purpose="HTTP, file reads",
        concurrency=4,
        prefetch_multiplier=4,
        acks_late=False,
        time_limit=60,
        soft_time_limit=50,
        max_tasks_per_child=1000,
    ),
    Queue(
        name="charts_cpu",
        purpose="CPU: matplotlib, algorithms",
        concurrency=2,
        prefetch_multiplier=1,
        acks_late=True,
        time_limit=120,
        soft_time_limit=110,
        max_tasks_per_child=50,
    ),
    Queue(
        name="ai",
        purpose="API calls, with retries",
        concurrency=2,
        prefetch_multiplier=1,
        acks_late=True,
        time_limit=60,
        soft_time_limit=50,
        max_tasks_per_child=1000,
    ),
    Queue(
        name="default",
        purpose="what beat sends, and long work that names no queue",
        concurrency=1,
        prefetch_multiplier=1,
        acks_late=True,
        time_limit=1800,
        soft_time_limit=1500,
        max_tasks_per_child=1000,
    ),
)


def choose_pool(pool: str, platform: str = sys.platform) -> str:
    """Return the pool that `auto` stands for: prefork, but solo on Windows, where prefork doesn't run."""
    if pool != "auto":
        return pool
    return "solo" if platform == "win32" else "prefork"


def default_concurrency(row: Queue, pool: str) -> int:
    return {"gevent": GEVENT_CONCURRENCY, "solo": 1}.get(pool, row.concurrency)


def overridden(row: Queue, platform: str = sys.platform) -> Queue:
    """Return the row with what the environment says instead. Raises env.BadVariable."""
    prefix = row.name.upper()
    pool = choose_pool(env.choice(f"{prefix}_POOL", row.pool, POOLS), platform)
    queue = replace(
        row,
        pool=pool,
        concurrency=env.integer(f"{prefix}_CONCURRENCY", default_concurrency(row, pool), at_least=1),
        prefetch_multiplier=env.integer(f"{prefix}_PREFETCH_MULTIPLIER", row.prefetch_multiplier, at_least=1),
        acks_late=env.flag(f"{prefix}_ACKS_LATE", row.acks_late),
        time_limit=env.integer(f"{prefix}_TIME_LIMIT", row.time_limit, at_least=1),
        soft_time_limit=env.integer(f"{prefix}_SOFT_TIME_LIMIT", row.soft_time_limit, at_least=1),
        max_tasks_per_child=env.integer(f"{prefix}_MAX_TASKS_PER_CHILD", row.max_tasks_per_child, at_least=1),
        max_memory_per_child=env.integer(f"{prefix}_MAX_MEMORY_PER_CHILD", row.max_memory_per_child, at_least=1),
    )
    if queue.soft_time_limit >= queue.time_limit:
        raise env.BadVariable(
            f"{prefix}_SOFT_TIME_LIMIT is {queue.soft_time_limit}, {prefix}_TIME_LIMIT {queue.time_limit}. "
            "The soft limit has to be below the hard one, so that a task can report TIMEOUT before it is killed."
        )
    return queue


QUEUES: dict[str, Queue] = {row.name: overridden(row) for row in TABLE}
DEFAULT_QUEUE = "default"

MAX_RETRY_DELAY = 600  # seconds

# Redis hands a message out again after this many seconds without an acknowledgement. The shortest of all processes
# wins, so it is the same for all, whatever their numbers. A step isn't run twice by it, but another task would be.
VISIBILITY_TIMEOUT = 6 * 3600


def max_stay(queue: Queue, time_limit: float) -> float:
    """Return for how long a message may stay in a worker: behind what was prefetched, running, and until a retry."""
    return (queue.prefetch_multiplier + 1) * time_limit + MAX_RETRY_DELAY


def get_queue(name: str) -> Queue:
    """Return the row of a queue. Raises UnknownQueue, naming the queues there are."""
    try:
        return QUEUES[name]
    except KeyError:
        raise UnknownQueue(f"There is no queue {name!r}. The queues are {', '.join(QUEUES)}.") from None
