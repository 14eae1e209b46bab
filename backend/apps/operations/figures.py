"""How the queues do: what waits, what runs, who serves them. Everything is read from the database."""

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMinute
from django.utils import timezone
from pydantic import BaseModel, RootModel

from apps.jobs.models import Step, StepStatus, Worker
from config.queues import QUEUES, Queue

HISTORY = 15  # minutes

# What a worker says of itself; where none is alive, what the table says.
NUMBERS = ("pool", "concurrency", "prefetch_multiplier", "acks_late", "time_limit", "soft_time_limit")


class QueueState(BaseModel):
    """A queue's promise, and how it does."""

    name: str
    purpose: str
    pool: str
    concurrency: int  # of all its workers together
    prefetch_multiplier: int
    acks_late: bool
    time_limit: int  # seconds
    soft_time_limit: int  # seconds
    waiting: int  # steps whose turn is to come; those that are tried again later don't count
    processing: int
    workers: int
    finished_per_minute: list[int]  # steps that ended, in each of the last 15 minutes, the oldest first


class QueueStates(RootModel[list[QueueState]]):
    pass


def queue_states() -> list[QueueState]:
    """Return every queue of the table with its present state, in a fixed number of queries."""
    waiting, processing, finished = waiting_steps(), processing_steps(), finished_per_minute()
    serving = _serving()
    return [
        QueueState(
            name=queue.name,
            purpose=queue.purpose,
            **_numbers(queue, serving[queue.name]),
            waiting=waiting[queue.name],
            processing=processing[queue.name],
            workers=len(serving[queue.name]),
            finished_per_minute=finished[queue.name],
        )
        for queue in QUEUES.values()
    ]


def waiting_steps() -> Counter[str]:
    """Return the number of due steps by queue."""
    return _by_queue(Step.objects.filter(status=StepStatus.QUEUED, retry_at=None))


def processing_steps() -> Counter[str]:
    """Return the number of running steps by queue."""
    return _by_queue(Step.objects.filter(status=StepStatus.PROCESSING))


def finished_per_minute() -> dict[str, list[int]]:
    """Return for each queue how many steps ended in each of the last minutes: the oldest first, this one last."""
    this_minute = timezone.now().replace(second=0, microsecond=0)
    counts = {queue: [0] * HISTORY for queue in QUEUES}
    ended = Step.objects.filter(queue__in=QUEUES, finished_at__gte=this_minute - timedelta(minutes=HISTORY - 1))
    by_minute = ended.order_by().values("queue", minute=TruncMinute("finished_at")).annotate(count=Count("id"))
    for row in by_minute:
        minutes_ago = max(0, (this_minute - row["minute"]) // timedelta(minutes=1))  # another clock may be ahead
        counts[row["queue"]][-1 - minutes_ago] += row["count"]
    return counts


def _by_queue(steps: QuerySet[Step]) -> Counter[str]:
    counted = steps.order_by().values("queue").annotate(count=Count("id"))
    return Counter({row["queue"]: row["count"] for row in counted})


def _serving() -> defaultdict[str, list[dict[str, Any]]]:
    """Return by queue what its living workers say of themselves."""
    serving: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for queues in Worker.objects.values_list("queues", flat=True):
        for queue in queues:
            serving[queue["name"]].append(queue)
    return serving


def _numbers(queue: Queue, workers: list[dict[str, Any]]) -> dict[str, Any]:
    if not workers:
        return {name: getattr(queue, name) for name in NUMBERS}
    concurrency = sum(worker["concurrency"] for worker in workers)
    return {name: workers[0][name] for name in NUMBERS} | {"concurrency": concurrency}
