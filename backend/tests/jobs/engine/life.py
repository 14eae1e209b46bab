"""A world in which the engine's programs pause and die between any two writes, with its own broker, workers and clock.

Each program runs as it is, in a greenlet: it pauses before each transaction, and before each query outside of one. So a
test interleaves many of them on one connection, which no two of them may use at once.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from greenlet import greenlet  # type: ignore[import-untyped]
from kombu.exceptions import OperationalError

from apps.jobs.engine.interruptions import Interrupted
from apps.jobs.engine.run import run_step
from apps.jobs.engine.workers import Presence
from config.queues import QUEUES

TO_THE_END = 1000  # pauses
FOR_UPDATE = " FOR UPDATE"  # what SQLite doesn't know, and PostgreSQL needs


class Crash(BaseException):
    """The process is gone: what it had not committed is rolled back, what was to follow doesn't happen."""


class Process:
    """A program that can be left waiting wherever it pauses, and can die at any query."""

    def __init__(self, call: Callable[[], object], *, may_raise: tuple[type[Exception], ...]) -> None:
        self._call, self._may_raise = call, may_raise
        self._greenlet = greenlet(self._live)
        self._dies_after: int | None = None  # queries
        self._is_dying = False

    @property
    def has_ended(self) -> bool:
        return bool(self._greenlet.dead)

    def resume(self) -> None:
        self._greenlet.switch()

    def will_die(self, *, after: int) -> None:
        self._dies_after = after

    def reach_query(self, *, may_pause: bool) -> None:
        if self._is_dying:
            return
        if may_pause and self._dies_after is None:
            self._greenlet.parent.switch()
        if self._dies_after == 0:
            self._is_dying = True
            raise Crash
        if self._dies_after:
            self._dies_after -= 1

    def _live(self) -> None:
        with suppress(Crash, *self._may_raise):
            self._call()


@dataclass
class Broker:
    """Holds permits, each the name of a queue, until the test delivers, loses or doubles them."""

    permits: list[str] = field(default_factory=list)
    is_away: bool = False


class WorkerInWorld:
    """A worker's main process: its presence is the engine's own; its tasks are processes of the world."""

    def __init__(self, world: "World", name: str) -> None:
        self.world, self.name = world, name
        self.tasks: dict[str, Process] = {}
        self.to_stop: set[str] = set()
        self.presence = Presence(name=name, queues=[{"name": queue} for queue in QUEUES], slots=self)
        self.presence.show_life()

    def queues(self) -> Collection[str]:
        return QUEUES

    def known(self) -> Collection[str]:
        return [task_id for task_id, process in self.tasks.items() if not process.has_ended]

    def free(self) -> int:
        return 1

    def taken(self) -> int:
        return 0

    def stop(self, task_ids: Iterable[str]) -> None:
        self.to_stop.update(task_ids)

    def run(self, queue: str) -> Process:
        """Return a process that has got a permit of the queue."""
        task_id = self.world.next_task_id()
        call = partial(run_step, queue, holder=self.presence.holder, task_id=task_id)
        self.tasks[task_id] = self.world.start(call, may_raise=(Interrupted,))
        return self.tasks[task_id]


class World:
    """What surrounds the engine."""

    def __init__(self) -> None:
        self.broker = Broker()
        self.now = datetime(2030, 1, 1, tzinfo=UTC)
        self.processes: list[Process] = []  # that have not ended
        self.current: Process | None = None
        self._task_ids = count(1)

    def start(self, call: Callable[[], object], *, may_raise: tuple[type[Exception], ...] = ()) -> Process:
        """Return a process that `go_on` and `crash` can be told to run."""
        process = Process(call, may_raise=may_raise)
        self.processes.append(process)
        return process

    def go_on(self, process: Process, pauses: int = TO_THE_END) -> None:
        """Let a process run until it has paused so many times, or has ended."""
        self.current = process
        try:
            while pauses and not process.has_ended:
                process.resume()
                pauses -= 1
        finally:
            self.current = None
            self.processes = [process for process in self.processes if not process.has_ended]

    def crash(self, process: Process, *, after: int = 0) -> None:
        """Let a process die after so many more queries, unless it ends before."""
        process.will_die(after=after)
        self.go_on(process)

    def pause(self) -> None:
        if self.current:
            self.current.reach_query(may_pause=True)

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def tell_time(self, tz: object = None) -> datetime:
        self.now += timedelta(microseconds=1)  # no two readings are equal, so rows sort alike in every replay
        return self.now

    def next_task_id(self) -> str:
        return f"task-{next(self._task_ids)}"

    def collect(self, task: Any, *, producer: object, expires: float | None) -> None:
        """Stands in for Task.apply_async."""
        self.pause()
        if self.broker.is_away:
            raise OperationalError("Connection refused")
        self.broker.permits.append(task.queue_name)

    def reach_query(self, execute: Callable[..., object], sql: str, params: Any, many: bool, context: Any) -> object:
        """Wrap each query: pause or die before it."""
        if self.current:
            self.current.reach_query(may_pause=not connection.in_atomic_block)
        return execute(sql.removesuffix(FOR_UPDATE), params, many, context)


@contextmanager
def inhabited() -> Iterator[World]:
    """Put the engine into a world of its own, in which nothing has happened yet. At its end every process dies."""
    world = World()
    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(world.reach_query):
        patch.setattr("django.utils.timezone.datetime", SimpleNamespace(now=world.tell_time))
        patch.setattr("config.celery.QueueTask.apply_async", lambda task, **how: world.collect(task, **how))
        for module in ("reconcile", "workers"):  # the database's clock
            patch.setattr(f"apps.jobs.engine.{module}.Now", world.tell_time)
        patch.setattr("apps.jobs.live.doorbell.send", lambda groups, message: None)  # nobody watches
        patch.setattr("apps.jobs.engine.attempt.REPORT_INTERVAL", 0)
        patch.setattr("apps.jobs.engine.run.drop_connection", lambda: None)  # all processes share one
        patch.setattr("apps.jobs.engine.run.time", SimpleNamespace(monotonic=lambda: world.now.timestamp()))
        patch.setattr(connection.features, "has_select_for_update", True)
        try:
            yield world
        finally:
            for process in list(world.processes):
                world.crash(process)
