"""A world in which the engine's programs pause and die between any two queries, with its own broker and workers.

Each program runs as it is, in a thread with a database connection of its own; one of them runs at a time. On PostgreSQL
they pause inside of transactions too, holding their locks; on SQLite, which has one writer, between transactions only.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from threading import Condition, Thread, local
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, connections
from django.db.backends.signals import connection_created

from apps.jobs.engine.interruptions import Interrupted
from apps.jobs.engine.run import run_step
from apps.jobs.engine.workers import Presence
from tests.jobs.conftest import PROBE

TO_THE_END = 1000  # pauses
BLOCKED = 0.005  # seconds after which a program is asked whether it waits for a lock
SLOTS = 4
# A program that is left waiting holds its locks for as long as the machine takes for what else happens.
UNLIMITED = "SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0"

running = local()  # .process: what runs in this thread


class Crash(BaseException):
    """The process is gone: what it had not committed is rolled back, what was to follow doesn't happen."""


class Process:
    """A program that can be left waiting wherever it pauses, and can die at any query."""

    def __init__(self, call: Callable[[], object], *, turn: Condition, may_raise: tuple[type[Exception], ...]) -> None:
        self._call, self._turn, self._may_raise = call, turn, may_raise
        self._dies_after: int | None = None  # queries
        self._is_dying = self.is_running = self.has_ended = False
        self.backend: int | None = None  # PostgreSQL's process id of its connection
        self.error: BaseException | None = None
        self.worker: Worker | None = None
        self.task_id = ""
        self.ending = "returns"
        self._thread = Thread(target=self._live, daemon=True)

    def resume(self) -> None:
        """Let it run on. The caller holds the turn."""
        if self.is_running:  # it waits for a lock
            return
        self.is_running = True
        if self._thread.ident is None:
            self._thread.start()
        self._turn.notify_all()

    def will_die(self, *, after: int = 0) -> None:
        self._dies_after = after

    def reach_query(self) -> None:
        """Pause, or die."""
        if self._dies_after is None:
            self.pause()
        if self._dies_after == 0:
            self._is_dying = True
        if self._is_dying:
            raise Crash
        if self._dies_after:
            self._dies_after -= 1

    def pause(self) -> None:
        with self._turn:
            self.is_running = False
            self._turn.notify_all()
            self._turn.wait_for(lambda: self.is_running)

    def _live(self) -> None:
        running.process = self
        try:
            with suppress(Crash, *self._may_raise):
                self._call()
        except BaseException as error:
            self.error = error
        finally:
            running.process = None
            connections.close_all()
            with self._turn:
                self.is_running, self.has_ended = False, True
                self._turn.notify_all()

    def join(self) -> None:
        self._thread.join()


class Worker:
    """A worker with its presence, and its slots as the presence sees them."""

    def __init__(self, name: str) -> None:
        served = [{"name": stage.queue} for stage in PROBE.stages]
        self.presence = Presence(name=name, queues=served, slots=self)
        self.running: dict[str, Process] = {}
        self.looking: Process | None = None  # its presence's thread
        self._taken = 0

    def take(self, queue: str, process: Process, task_id: str) -> None:
        self._taken += 1
        self.running[task_id] = process

    def processes(self) -> list[Process]:
        return [*self.running.values(), *([self.looking] if self.looking else [])]

    def queues(self) -> list[str]:
        return [stage.queue for stage in PROBE.stages]

    def known(self) -> list[str]:
        return [task_id for task_id, process in self.running.items() if not process.has_ended]

    def free(self) -> int:
        return SLOTS - len(self.known())

    def taken(self) -> int:
        return self._taken

    def stop(self, task_ids: Iterable[str]) -> None:
        for task_id in task_ids:
            self.running[task_id].will_die()

    def look(self) -> None:
        """Do what the presence's thread does, once."""
        self.presence._handle_reported()
        self.presence.look()


@dataclass
class Broker:
    """Holds permits until the test delivers, loses or doubles them."""

    waiting: list[str] = field(default_factory=list)  # names of queues
    is_away: bool = False

    def send(self, queue: str, count: int, *, expires: float | None = None) -> int:
        """Stands in for queueing.send_permits."""
        if process := getattr(running, "process", None):
            process.reach_query()
        if self.is_away:
            return count
        self.waiting += [queue] * count
        return 0


class World:
    """What surrounds the engine."""

    def __init__(self) -> None:
        self.broker = Broker()
        self.clock = 0.0  # seconds
        self.processes: list[Process] = []  # that have not ended
        self._turn = Condition()
        self._task_ids = count(1)

    def start(self, call: Callable[[], object], *, may_raise: tuple[type[Exception], ...] = ()) -> Process:
        """Return a process that `go_on` and `crash` can be told to run."""
        process = Process(call, turn=self._turn, may_raise=may_raise)
        self.processes.append(process)
        return process

    def look(self, worker: Worker) -> Process:
        """Return the process of the worker's presence: the one that is under way, or a new one."""
        if not worker.looking or worker.looking.has_ended:
            worker.looking = self.start(worker.look)
        return worker.looking

    def run_step(self, queue: str, worker: Worker, ending: str) -> Process:
        """Return a process of a worker that has got a permit."""
        task_id = f"task-{next(self._task_ids)}"

        def call() -> None:
            try:
                run_step(queue, holder=worker.presence.holder, task_id=task_id)
            except Interrupted as error:
                if error.__cause__ and "deadlock" in str(error.__cause__):
                    raise
                worker.presence.lost(task_id)

        process = self.start(call)
        process.worker, process.task_id, process.ending = worker, task_id, ending
        worker.take(queue, process, task_id)
        return process

    def go_on(self, process: Process, pauses: int = TO_THE_END, *, observe: Callable[[], None]) -> None:
        """Let a process run until it has paused so many times, has ended, or waits for a lock."""
        while pauses and not process.has_ended:
            with self._turn:
                process.resume()
            self._settle()
            observe()
            if process.is_running:  # it waits for another
                return
            pauses -= 1

    def _settle(self) -> None:
        """Wait until every process has paused, has ended, or waits for a lock."""
        while True:
            with self._turn:
                self._turn.wait_for(lambda: not self._running(), timeout=BLOCKED)
                left = self._running()
            if not left or _all_wait_for_locks(left):
                break
        ended = [process for process in self.processes if process.has_ended]
        self.processes = [process for process in self.processes if not process.has_ended]
        for process in ended:
            process.join()
            if process.error:
                raise process.error

    def _running(self) -> list[Process]:
        return [process for process in self.processes if process.is_running]

    def end_all(self, *, observe: Callable[[], None]) -> None:
        """Let every process run to its end, those that wait for each other's locks too."""
        rounds = 0
        while self.processes:
            rounds += 1
            assert rounds < 100, "processes wait for each other"
            for process in list(self.processes):
                self.go_on(process, observe=observe)

    def close(self) -> None:
        for process in self.processes:
            process.will_die()
        with suppress(BaseException):
            self.end_all(observe=lambda: None)

    def reach_query(self, execute: Callable[..., object], sql: str, params: Any, many: bool, context: Any) -> object:
        """Wrap each query: pause or die before it, and inside of a transaction after it, so before its commit too."""
        process = getattr(running, "process", None)
        if process is None:
            return execute(sql, params, many, context)
        is_inside = context["connection"].in_atomic_block
        if not is_inside:
            process.reach_query()
        done = execute(sql, params, many, context)
        if is_inside and connection.vendor == "postgresql":
            process.reach_query()
        return done

    def connected(self, connection: Any, **_: Any) -> None:
        if self.reach_query not in connection.execute_wrappers:
            connection.execute_wrappers.append(self.reach_query)
        if (process := getattr(running, "process", None)) and connection.vendor == "postgresql":
            process.backend = connection.connection.info.backend_pid
            connection.connection.execute(UNLIMITED)


def _all_wait_for_locks(processes: list[Process]) -> bool:
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_locks WHERE NOT granted")
        waiting = {pid for (pid,) in cursor.fetchall()}
    return all(process.backend in waiting for process in processes)


@contextmanager
def inhabited() -> Iterator[World]:
    """Put the engine into a world of its own, in which nothing has happened yet. At its end every process dies.

    Its rounds follow each other at once, and a worker that misses two of them is taken for dead, alive or not.
    """
    world = World()
    with pytest.MonkeyPatch.context() as patch:
        for module in ("queueing", "workers"):
            patch.setattr(f"apps.jobs.engine.{module}.send_permits", world.broker.send)
        for module in ("engine.attempt", "engine.changes", "services.changes"):
            patch.setattr(f"apps.jobs.{module}.ring", lambda job_id, owner_id: None)  # nobody watches
        patch.setattr("apps.jobs.engine.attempt.REPORT_INTERVAL", 0)
        patch.setattr("apps.jobs.engine.run.time", SimpleNamespace(monotonic=lambda: world.clock))
        patch.setattr("apps.jobs.engine.run.retry_delay", lambda retry, retry_after: 0)
        patch.setattr("apps.jobs.engine.workers.SIGN_OF_LIFE", timedelta(0))
        for name, value in {"ROUND": timedelta(0), "LATE": timedelta(0), "MAX_MISSED": 2}.items():
            patch.setattr(f"apps.jobs.engine.reconcile.{name}", value)
        connection_created.connect(world.connected)
        try:
            yield world
        finally:
            world.close()
            connection_created.disconnect(world.connected)
