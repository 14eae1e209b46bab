"""How the queues do: what waits, what runs, who serves them."""

import logging
import time
from collections import Counter
from threading import Lock
from typing import Any

from celery import current_app
from django.db.models import Count
from django.utils import timezone
from kombu.exceptions import OperationalError
from pydantic import BaseModel, RootModel

from apps.jobs.broker import waiting_messages
from apps.jobs.models import Step, StepStatus
from config.queues import QUEUES

log = logging.getLogger(__name__)

ASK_TIMEOUT = 1.0  # seconds that the workers get to answer
KEEP_ANSWER = 5.0  # seconds


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
    processing = processing_steps()
    waiting, workers = _ask(waiting_messages), _ask(census.count)
    return [
        QueueState(
            **{name: getattr(queue, name) for name in QueueState.model_fields if hasattr(queue, name)},
            waiting=None if waiting is None else waiting[queue.name],
            processing=processing[queue.name],
            # a solo worker can't answer while it works: whoever holds a step is alive as well
            workers=None if workers is None else max(workers[queue.name], _holders(queue.name)),
        )
        for queue in QUEUES.values()
    ]


def processing_steps() -> Counter[str]:
    """Return the number of running steps by queue."""
    running = Step.objects.filter(status=StepStatus.PROCESSING).values("queue").annotate(count=Count("id")).order_by()
    return Counter({row["queue"]: row["count"] for row in running})


def _holders(queue: str) -> int:
    held = Step.objects.filter(queue=queue, status=StepStatus.PROCESSING, lease_expires_at__gt=timezone.now())
    return held.order_by().values("worker").distinct().count()


def _ask(question: Any) -> Any:
    try:
        return question()
    except (OperationalError, OSError) as error:
        log.warning("the broker can't be reached: %s", error)
        return None
