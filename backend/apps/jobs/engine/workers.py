"""The presence of a process that runs steps: a thread that no task can block.

It writes that this process is alive, compares what the process runs with what it holds in the database, sends permits
that are missing, and takes its turn at reconciling.
"""

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import timedelta
from socket import gethostname
from threading import Lock
from typing import Any, Protocol
from uuid import uuid4

from django.db import Error as DatabaseError
from django.db import connections
from django.db.models.functions import Now
from django.utils import timezone

from apps.jobs.engine.attempt import Holder
from apps.jobs.engine.interruptions import drop_connection
from apps.jobs.engine.losses import release, time_out
from apps.jobs.engine.queueing import PERMITS_AHEAD, THREADS, runs_without_broker, send_permits
from apps.jobs.engine.reconcile import end_worker, reconcile_in_turn
from apps.jobs.models import Step, StepStatus, Worker
from config.pools import start_thread
from config.queues import QUEUES

log = logging.getLogger(__name__)

LOOK = 1.0  # seconds
TICK = 0.2  # seconds; what was reported is handled so soon
SIGN_OF_LIFE = timedelta(seconds=2)
PERMIT_EXPIRES = 60  # seconds; permits for a queue that isn't consumed after all don't pile up


class Slots(Protocol):
    """What a process can run, and what it runs. Called in the presence's thread."""

    def queues(self) -> Collection[str]:
        """Return the queues whose steps it may run."""

    def known(self) -> Collection[str]:
        """Return the ids of the tasks that wait or run here."""

    def free(self) -> int:
        """Return how many more could run now."""

    def taken(self) -> int:
        """Return how many were taken on since the start."""

    def stop(self, task_ids: Iterable[str]) -> None:
        """End tasks that hold no step any more, where the pool can; the others end at their next report."""


class Presence:
    """Of one process; `holder` is its identity, made anew at each start, so that equal node names don't matter."""

    def __init__(self, *, name: str, queues: list[dict[str, Any]], slots: Slots) -> None:
        self.holder = Holder(id=uuid4(), name=name)
        self._queues = queues
        self._slots = slots
        self._looking = Lock()
        self._reported: deque[tuple[Callable[[Step], None], str]] = deque()
        self._held: dict[str, int] = {}  # task id → step, at the last look
        self._missing: set[str] = set()  # task ids that were held and not known, at the last look
        self._hungry: dict[str, int] = {}  # queues that had due steps for free slots → permits taken, at the last look
        self._seen_at = 0.0
        self._stopping = self._stopped = False

    def start(self) -> None:
        if hasattr(os, "register_at_fork"):  # a process forked in the middle of a look would inherit its locks
            free = self._looking.release
            os.register_at_fork(before=self._looking.acquire, after_in_parent=free, after_in_child=free)
        start_thread(self._run)

    def lost(self, task_id: str) -> None:
        """Report that a task ended without a word: its process died, or its database went away."""
        self._reported.append((release, task_id))

    def timed_out(self, task_id: str) -> None:
        """Report that a task was killed at its hard time limit."""
        self._reported.append((time_out, task_id))

    def stop(self, *, seconds: float = 5) -> None:
        """Have what is still held run again elsewhere, and forget this process. Others do it if this can't."""
        self._stopping = True
        until = time.monotonic() + seconds
        while not self._stopped and time.monotonic() < until:
            time.sleep(0.05)

    def _run(self) -> None:
        looked_at = 0.0
        while not self._stopping:
            try:
                with self._looking:
                    self._handle_reported()
                    if time.monotonic() - looked_at >= LOOK:
                        looked_at = time.monotonic()
                        self.look()
            except DatabaseError as error:
                log.warning("the database can't be reached, so nothing is looked after: %s", str(error).strip())
                drop_connection()
                time.sleep(LOOK)
            except Exception:
                log.exception("could not look after the steps of this process")
                time.sleep(LOOK)
            time.sleep(TICK)
        with suppress(Exception):  # what stays held is queued again by whoever is alive
            end_worker(self._row())
        connections.close_all()
        self._stopped = True

    def look(self) -> None:
        """Do all that is due, once."""
        if time.monotonic() - self._seen_at >= SIGN_OF_LIFE.total_seconds():
            self.show_life()
        self.compare()
        reconcile_in_turn()
        self.send_missing_permits()

    def show_life(self) -> None:
        if not Worker.objects.filter(pk=self.holder.id).update(seen_at=Now(), missed=0):
            row = self._row()
            row.seen_at = Now()
            row.save(force_insert=True)
        self._seen_at = time.monotonic()

    def _row(self) -> Worker:
        return Worker(pk=self.holder.id, name=self.holder.name, queues=self._queues, started_at=timezone.now())

    def _handle_reported(self) -> None:
        while self._reported:
            handle, task_id = self._reported[0]
            for step in self._steps().filter(task_id=task_id):
                handle(step)
            self._reported.popleft()  # not before: the database may be away

    def _steps(self) -> Any:
        held = Step.objects.filter(held_by=self.holder.id, status=StepStatus.PROCESSING)
        return held.select_related("job", "stage")

    def compare(self) -> None:
        """Release what is held and, for two looks, not run. End what is run, and was cancelled or isn't held now."""
        steps = {step.task_id: step for step in self._steps()}
        known = set(self._slots.known())
        missing = set(steps) - known
        for task_id in missing & self._missing:
            release(steps[task_id])
        self._missing = missing
        self._slots.stop(known & (self._cancelled() | self._taken_away(set(steps))))
        self._held = {task_id: step.pk for task_id, step in steps.items()}

    def _cancelled(self) -> set[str]:
        """Return the tasks whose steps were cancelled, and let go of those."""
        held = Step.objects.filter(held_by=self.holder.id).exclude(status=StepStatus.PROCESSING)
        tasks = set(held.values_list("task_id", flat=True))
        if tasks:
            held.filter(task_id__in=tasks).update(held_by=None)
        return tasks

    def _taken_away(self, held: set[str]) -> set[str]:
        """Return the tasks that held a step at the last look, which is deleted now or another's."""
        gone = {task_id: pk for task_id, pk in self._held.items() if task_id not in held}
        if not gone:
            return set()
        ended = Step.objects.filter(pk__in=gone.values(), task_id__in=gone).values_list("task_id", flat=True)
        return set(gone) - set(ended)

    def send_missing_permits(self) -> None:
        """Send permits for due steps if slots are free for them and no permit came since the last look.

        So every step runs that needs a message: one whose message was lost or lies with another worker, one that is
        queued again, one whose time to be tried again has come.
        """
        taken = self._slots.taken()
        hungry = {queue: taken for queue in self._slots.queues() if self._slots.free() > 0 and _due(queue)}
        for queue, taken_by_now in hungry.items():
            if self._hungry.get(queue) == taken_by_now and send_permits(queue, _due(queue), expires=PERMIT_EXPIRES):
                break  # the broker is away
        self._hungry = hungry


def _due(queue: str) -> int:
    """Return the number of due steps, counted no further than PERMITS_AHEAD."""
    due = Step.objects.filter(queue=queue, status=StepStatus.QUEUED, retry_at=None)
    return due.order_by("urgency", "rank", "id")[:PERMITS_AHEAD].count()


class Threads:
    """The slots of a process that is no worker: the steps that its threads run while the broker is away."""

    def __init__(self) -> None:
        self._running: set[str] = set()
        self._taken = 0

    def queues(self) -> Collection[str]:
        return QUEUES if runs_without_broker() else ()

    def known(self) -> Collection[str]:
        return set(self._running)

    def free(self) -> int:
        return THREADS - len(self._running)

    def taken(self) -> int:
        return self._taken

    def stop(self, task_ids: Iterable[str]) -> None:
        """Nothing: a thread can't be ended from outside."""

    def enter(self, task_id: str) -> None:
        self._running.add(task_id)
        self._taken += 1

    def leave(self, task_id: str) -> None:
        self._running.discard(task_id)


_presence: Presence | None = None  # a prefork child inherits it, without the thread
threads = Threads()


def set_presence(presence: Presence) -> None:
    """Start the presence of this process, before its pool forks."""
    global _presence
    _presence = presence


def get_presence() -> Presence:
    """Return the presence of this process, started now if it has none: any process may run steps."""
    global _presence
    if _presence is None:
        _presence = Presence(name=f"web@{gethostname()}", queues=[], slots=threads)
        _presence.start()
    return _presence
