"""What a step logs and prints is kept with it: the last lines of each attempt, saved within a second or two.

Logging is set up before Django's apps are, so what needs them is imported where it is used.
"""

import logging
import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from config.pools import make_lock, start_thread

MAX_LINES = 200  # of an attempt
MAX_LINE = 2_000  # characters
MAX_CHARACTERS = 60_000  # of all lines
INTERVAL = 1.0  # seconds between two looks at what has to be saved
ENGINE = ("apps.jobs", "celery")  # whose lines are about the step, and not its own

log = logging.getLogger(__name__)


class StepLog:
    """The lines of one attempt. Any thread may call it."""

    def __init__(self, step_id: int, attempt: int) -> None:
        self._step_id, self._attempt = step_id, attempt
        self._lines: deque[tuple[str, str, str]] = deque(maxlen=MAX_LINES)  # time, level, text
        self._characters = 0
        self._changes = self._saved = 0
        self._lock, self._saving = make_lock(), make_lock()
        self.has_ended = False

    def add(self, *, at: float, level: str, text: str) -> None:
        line = (datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds"), level, text[:MAX_LINE])
        with self._lock:
            if len(self._lines) == MAX_LINES:
                self._characters -= len(self._lines[0][2])
            self._lines.append(line)
            self._characters += len(line[2])
            while self._characters > MAX_CHARACTERS:
                self._characters -= len(self._lines.popleft()[2])
            self._changes += 1

    def save(self) -> None:
        """Write the lines if there are new ones. Raises DatabaseError, when they stay to be saved."""
        from apps.jobs.models import Step, StepLines

        with self._saving:
            with self._lock:
                lines, changes = [list(line) for line in self._lines], self._changes
            if changes == self._saved:
                return
            if Step.objects.filter(pk=self._step_id).exists():  # else it was deleted
                row = StepLines(step_id=self._step_id, attempt=self._attempt, lines=lines)
                key = ["step", "attempt"]
                StepLines.objects.bulk_create([row], update_conflicts=True, unique_fields=key, update_fields=["lines"])
            self._saved = changes


current: ContextVar[StepLog | None] = ContextVar("step_log", default=None)


class KeepLines(logging.Handler):
    """Keeps what is logged while a step's function runs, in the thread or greenlet that runs it."""

    def emit(self, record: logging.LogRecord) -> None:
        step_log = current.get()
        if step_log is None or record.name.startswith(ENGINE):
            return
        try:
            step_log.add(at=record.created, level=record.levelname, text=self.format(record))
            keeper.look_after(step_log)
        except Exception:
            self.handleError(record)


class Keeper:
    """Saves the lines of this process's steps from a thread of its own: a step may be silent for long after a line."""

    def __init__(self) -> None:
        self._logs: set[StepLog] = set()
        self._process = 0  # in which the thread runs: a fork has none

    def look_after(self, step_log: StepLog) -> None:
        self._logs.add(step_log)
        if self._process != os.getpid():
            self._process = os.getpid()
            start_thread(self._run)

    def finish(self, step_log: StepLog) -> None:
        """Save what is left before the step is shown as ended. What can't be saved now is saved later."""
        from django.db import Error as DatabaseError

        if step_log not in self._logs:
            return
        try:
            step_log.save()
            self._logs.discard(step_log)
        except DatabaseError as error:
            step_log.has_ended = True
            log.warning("the last lines of a step can't be saved yet: %s", str(error).strip())

    def _run(self) -> None:
        from django.db import connections

        while True:
            time.sleep(INTERVAL)
            for step_log in list(self._logs):
                try:
                    step_log.save()
                    if step_log.has_ended:
                        self._logs.discard(step_log)
                except Exception as error:
                    log.warning("what a step logged can't be saved yet: %s", str(error).strip())
            connections.close_all()


keeper = Keeper()


@contextmanager
def keeping_log(step_id: int, attempt: int) -> Iterator[None]:
    """Keep with an attempt what is logged and printed inside of the block."""
    step_log = StepLog(step_id, attempt)
    token = current.set(step_log)
    try:
        yield
    finally:
        current.reset(token)
        keeper.finish(step_log)
