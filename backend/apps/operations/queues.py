"""How the queues do: what waits, what runs, who serves them."""

import logging
import time
from collections import Counter
from datetime import timedelta
from threading import Lock
from typing import Any

from celery import current_app
from django.db.models import Count
from django.db.models.functions import TruncMinute
from django.utils import timezone
from kombu.exceptions import OperationalError
from pydantic import BaseModel, RootModel

from apps.jobs.models import Step, StepStatus
from config.queues import QUEUES

log = logging.getLogger(__name__)

ASK_TIMEOUT = 1.0  # seconds that the workers get to answer
KEEP_ANSWER = 5.0  # seconds
HISTORY = 15  # minutes


class QueueState(BaseModel):
    """A queue's promise, and how it does. `waiting` and `workers` are null while the broker can't be reached."""

    name: str
    purpose: str
    pool: str
    concurrency: int
    prefetch_multiplier: int
    acks_late: bool
    time_limit: int
    soft_time_limit: int
    waiting: int | None
    processing: int
    workers: int | None
    finished_per_minute: list[int]  # steps that ended, in each of the last 15 minutes, the oldest first


class QueueStates(RootModel[list[QueueState]]):
    pass


class WorkerCensus:
    """Asks the workers who serves what, at most every few seconds: each question takes a second."""

    def __init__(self) -> None:
        self._lock, self._asked_at = Lock(), 0.0
        self._answer: Counter[str] | None = None  # also a failure is an answer, for as long

    def count(self) -> Counter[str]:
        """Return the number of living workers by queue. Raises kombu's OperationalError."""
        with self._lock:
            if time.monotonic() - self._asked_at > KEEP_ANSWER:
                self._answer, self._asked_at = self._ask(), time.monotonic()
            if self._answer is None:
                raise OperationalError("the workers can't be asked")
            return self._answer

    def _ask(self) -> Counter[str] | None:
        try:
            replies = current_app.control.inspect(timeout=ASK_TIMEOUT).active_queues() or {}
        except (OperationalError, OSError):
            return None
        return Counter(queue["name"] for queues in replies.values() for queue in queues)


census = WorkerCensus()


def queue_states() -> list[QueueState]:
    """Return every queue of the table with its present state."""
    processing, finished = processing_steps(), finished_per_minute()
    waiting, workers = _ask(waiting_messages), _ask(census.count)
    return [
        QueueState(
            **{name: getattr(queue, name) for name in QueueState.model_fields if hasattr(queue, name)},
            waiting=None if waiting is None else waiting[queue.name],
            processing=processing[queue.name],
            # a solo worker can't answer while it works: whoever holds a step is alive as well
            workers=None if workers is None else max(workers[queue.name], _holders(queue.name)),
            finished_per_minute=finished[queue.name],
        )
        for queue in QUEUES.values()
    ]


def processing_steps() -> Counter[str]:
    """Return the number of running steps by queue."""
    running = Step.objects.filter(status=StepStatus.PROCESSING).values("queue").annotate(count=Count("id")).order_by()
    return Counter({row["queue"]: row["count"] for row in running})


def finished_per_minute() -> dict[str, list[int]]:
    """Return for each queue how many steps ended in each of the last minutes: the oldest first, this one last."""
    this_minute = timezone.now().replace(second=0, microsecond=0)
    counts = {queue: [0] * HISTORY for queue in QUEUES}
    ended = Step.objects.filter(queue__in=QUEUES, finished_at__gte=this_minute - timedelta(minutes=HISTORY - 1))
    by_minute = ended.order_by().values("queue", minute=TruncMinute("finished_at")).annotate(count=Count("id"))
    for row in by_minute:
        counts[row["queue"]][-1 - (this_minute - row["minute"]) // timedelta(minutes=1)] += row["count"]
    return counts


def _holders(queue: str) -> int:
    held = Step.objects.filter(queue=queue, status=StepStatus.PROCESSING, lease_expires_at__gt=timezone.now())
    return held.order_by().values("worker").distinct().count()


def _ask(question: Any) -> Any:
    try:
        return question()
    except (OperationalError, OSError) as error:
        log.warning("the broker can't be reached: %s", error)
        return None
