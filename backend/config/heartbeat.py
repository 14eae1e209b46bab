"""Signs of life in a file, for healthchecks that cost nothing and speak for one process alone."""

from pathlib import Path
from tempfile import gettempdir
from typing import Any

from celery import bootsteps
from celery.beat import Scheduler

from config import env

INTERVAL = 5.0  # seconds
BEAT_SCHEDULER = "config.heartbeat:BeatHeartbeat"
FILE = Path(env.text("HEARTBEAT_FILE", str(Path(gettempdir()) / "heartbeat")))


class WorkerHeartbeat(bootsteps.StartStopStep):  # type: ignore[misc]  # celery has no types
    """Touches the file while the worker holds its broker connection and, under prefork, has a living child.

    It runs on the consumer's own timer, so the file goes stale as well when the main process hangs. Under solo it
    also ages while a task runs: there is one thread for both.
    """

    requires = ("celery.worker.components:Timer", "celery.worker.components:Pool")

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self.timer: Any = None

    def start(self, worker: Any) -> None:
        self.timer = worker.timer.call_repeatedly(INTERVAL, self.touch, (worker,), priority=10)

    def stop(self, worker: Any) -> None:
        if self.timer:
            self.timer.cancel()
        FILE.unlink(missing_ok=True)

    terminate = stop

    def touch(self, worker: Any) -> None:
        if getattr(worker.consumer, "connection", None) is None:
            return
        children = getattr(getattr(worker.pool, "_pool", None), "_pool", None)  # prefork alone has them
        if children is not None and all(child.exitcode is not None for child in children):
            return
        FILE.touch()


class BeatHeartbeat(Scheduler):  # type: ignore[misc]  # celery has no types
    """Beat's clock, in memory: the schedule is code, so nothing has to be remembered. Touches the file each tick."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        FILE.touch()
        seconds: float = super().tick(*args, **kwargs)
        return seconds
