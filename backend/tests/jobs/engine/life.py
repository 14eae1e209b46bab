"""A world in which the engine's programs pause and die between any two writes, with its own broker and clock.

Each program runs as it is, in a greenlet: it pauses before each transaction, and before each query outside of one. So a
test interleaves many of them on one connection, which no two of them may use at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from greenlet import greenlet  # type: ignore[import-untyped]
from kombu.exceptions import OperationalError

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


@dataclass(frozen=True)
class Message:
    task: str
    step_id: int
    task_id: str
    due_at: datetime


@dataclass
class Broker:
    """Holds messages until the test delivers, loses or doubles them."""

    waiting: list[Message] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)
    is_away: bool = False

    def take(self, message: Message) -> None:
        self.waiting.remove(message)
        self.taken.append(message)


class World:
    """What surrounds the engine."""

    def __init__(self) -> None:
        self.broker = Broker()
        self.now = datetime(2030, 1, 1, tzinfo=UTC)
        self.processes: list[Process] = []  # that have not ended
        self.current: Process | None = None
        self._held_job: str | None = None
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

    def collect(self, task: Any, args: tuple[int], *, priority: int, countdown: float | None = None) -> None:
        """Stands in for Task.apply_async."""
        self.pause()
        if self.broker.is_away:
            raise OperationalError("Connection refused")
        due_at = self.now + timedelta(seconds=countdown or 0)
        self.broker.waiting.append(Message(task.name, args[0], f"task-{next(self._task_ids)}", due_at))

    def count_messages(self, queues: Any) -> dict[str, int]:
        """Stands in for broker.waiting_messages."""
        if self.broker.is_away:
            raise OperationalError("Connection refused")
        return {queue: sum(message.task.endswith(queue) for message in self.broker.waiting) for queue in queues}

    def held_job(self) -> str | None:
        """Return the id of the job whose row the transaction holds."""
        return self._held_job

    def reach_query(self, execute: Callable[..., object], sql: str, params: Any, many: bool, context: Any) -> object:
        """Wrap each query: pause or die before it, and notice which job's row it holds from now on."""
        if not connection.in_atomic_block:
            self._held_job = None
        if self.current:
            self.current.reach_query(may_pause=not connection.in_atomic_block)
        if sql.endswith(FOR_UPDATE) or sql.startswith('INSERT INTO "jobs_job"'):
            self._held_job = params[0]
        return execute(sql.removesuffix(FOR_UPDATE), params, many, context)


@contextmanager
def inhabited() -> Iterator[World]:
    """Put the engine into a world of its own, in which nothing has happened yet. At its end every process dies."""
    world = World()
    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(world.reach_query):
        patch.setattr("django.utils.timezone.datetime", SimpleNamespace(now=world.tell_time))
        patch.setattr("celery.app.task.Task.apply_async", lambda task, *args, **how: world.collect(task, *args, **how))
        patch.setattr("apps.jobs.engine.reconcile.waiting_messages", world.count_messages)
        patch.setattr("apps.jobs.live.bridge.start", lambda coroutine: coroutine.close())  # nobody watches
        patch.setattr("apps.jobs.live.bridge.wait", lambda seconds: None)
        patch.setattr("apps.jobs.services.stop", lambda task_ids: None)  # processes die when the test says so
        patch.setattr("apps.jobs.engine.run.REPORT_INTERVAL", 0)
        patch.setattr("apps.jobs.engine.work.drop_connection", lambda: None)  # all processes share one
        patch.setattr("apps.jobs.engine.work.time", SimpleNamespace(monotonic=lambda: world.now.timestamp()))
        patch.setattr(connection.features, "has_select_for_update", True)
        try:
            yield world
        finally:
            for process in list(world.processes):
                world.crash(process)
