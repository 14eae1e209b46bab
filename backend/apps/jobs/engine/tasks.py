"""Celery's doorway: a task per queue that runs one step of it, and the worker's part in the life of a step."""

import gc
import logging
from collections.abc import Collection, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from celery import bootsteps, current_app, shared_task
from celery.backends.base import DisabledBackend
from celery.concurrency.base import BasePool
from celery.exceptions import TimeLimitExceeded
from celery.signals import worker_shutdown
from celery.worker import state
from celery.worker.request import Request

from apps.jobs.engine.interruptions import Interrupted
from apps.jobs.engine.queueing import task_name
from apps.jobs.engine.run import run_step
from apps.jobs.engine.workers import Presence, get_presence, set_presence, threads
from apps.jobs.pipelines import Stage, pipelines_by_place
from config.loaded import await_edits, let_new_files_wait, let_wait
from config.queues import QUEUES, get_queue

log = logging.getLogger(__name__)


class PermitRequest(Request):  # type: ignore[misc]  # celery has no types
    """A permit in its worker's main process, which tells the presence how its task ended.

    https://docs.celeryq.dev/en/stable/userguide/tasks.html#requests-and-custom-requests
    """

    def on_timeout(self, soft: bool, timeout: float) -> None:
        super().on_timeout(soft, timeout)
        if not soft:
            get_presence().timed_out(self.id)

    def on_failure(self, exc_info: Any, *args: Any, **kwargs: Any) -> None:
        super().on_failure(exc_info, *args, **kwargs)
        error = getattr(exc_info.exception, "exc", exc_info.exception)  # billiard wraps it
        if isinstance(error, TimeLimitExceeded):
            get_presence().timed_out(self.id)
        else:
            get_presence().lost(self.id)

    def cancel(self, *args: Any, **kwargs: Any) -> None:
        """Let it run when the broker's connection is lost: a permit that comes twice does no harm."""


def _run_step(task: Any) -> str:
    request = task.request
    presence = get_presence()
    if not request.is_eager:
        return run_step(task.queue_name, holder=presence.holder, task_id=request.id)
    threads.enter(request.id)
    try:
        return run_step(task.queue_name, holder=presence.holder, task_id=request.id)
    except Interrupted:
        presence.lost(request.id)
        raise
    finally:
        threads.leave(request.id)


for _queue in QUEUES:  # the engine counts attempts itself, so Celery retries none of them
    shared_task(
        name=task_name(_queue),
        queue=_queue,
        bind=True,
        ignore_result=True,
        backend=DisabledBackend(app=current_app),
        retry_on_worker_lost=False,
        throws=(Interrupted,),
        Request=PermitRequest,
    )(_run_step)


class WorkerSlots:
    """The slots of a Celery worker, as its main process knows them."""

    def __init__(self, worker: Any) -> None:
        self._worker = worker
        self._to_stop: set[str] = set()

    def queues(self) -> Collection[str]:
        return list(self._worker.app.amqp.queues.consume_from)

    def known(self) -> Collection[str]:
        """Return the tasks that this worker has, of prefork also those that its pool runs.

        When the broker's connection is lost, Celery forgets requests of which it hasn't heard yet that a process took
        them (`Consumer.on_close`). They run nevertheless.
        """
        cache = getattr(getattr(self._worker.pool, "_pool", None), "_cache", {})
        return [*state.requests, *(result.correlation_id for result in list(cache.values()))]

    def free(self) -> int:
        free: int = self._worker.concurrency - len(state.requests)
        return free

    def taken(self) -> int:
        taken: int = state.all_total_count[0]
        return taken

    def stop(self, task_ids: Iterable[str]) -> None:
        if getattr(self._worker.pool.terminate_job, "__func__", None) is not BasePool.terminate_job:
            self._to_stop.update(task_ids)

    def stop_now(self) -> None:
        """End them in the worker's own thread, to which its connection belongs."""
        while self._to_stop:
            if request := state.requests.get(self._to_stop.pop()):
                request.terminate(self._worker.pool, signal="SIGKILL")


class WorkerPresence(bootsteps.StartStopStep):  # type: ignore[misc]  # celery has no types
    """Gives the worker its presence: an identity before the pool forks, and a thread afterwards."""

    requires = ("celery.worker.components:Timer", "celery.worker.components:Pool")

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self.slots = WorkerSlots(worker)

    def create(self, worker: Any) -> None:
        queues = [_described(name, worker) for name in worker.app.amqp.queues.consume_from]
        set_presence(Presence(name=worker.hostname, queues=queues, slots=self.slots))

    def start(self, worker: Any) -> None:
        worker.timer.call_repeatedly(1.0, self.slots.stop_now, priority=10)
        get_presence().start()

    def stop(self, worker: Any) -> None:
        """Nothing yet: what runs is still under way. See `leave`."""


@worker_shutdown.connect
def leave(**_: Any) -> None:
    get_presence().stop()


def _described(name: str, worker: Any) -> dict[str, Any]:
    """Return by which numbers the worker serves a queue."""
    queue = get_queue(name)
    pool = worker.pool_cls.__module__.rpartition(".")[2]
    return {
        "name": name,
        "pool": {"thread": "threads"}.get(pool, pool),
        "concurrency": worker.concurrency,
        "prefetch_multiplier": worker.prefetch_multiplier,
        "acks_late": queue.acks_late,
        "time_limit": queue.time_limit,
        "soft_time_limit": queue.soft_time_limit,
    }


class ImportStages(bootsteps.Step):  # type: ignore[misc]  # celery has no types
    """Imports, before the pool forks, what the stages of this worker's queues run: no other worker pays for it.

    One that can't be imported fails its own steps, and none of other pipelines.
    """

    def create(self, worker: Any) -> None:
        served = set(worker.app.amqp.queues.consume_from)
        for place, pipelines in pipelines_by_place().items():
            stages = [stage for pipeline in pipelines for stage in pipeline.stages if stage.queue in served]
            for stage in stages:
                self._load(stage, place)
            if not stages:
                let_wait(place)
            if any(pipeline.accepts and pipeline.stages[0].queue in served for pipeline in pipelines):
                import_module("apps.jobs.storage.fetch")  # with httpx: the web server does without
        let_new_files_wait(unless_named=served)
        gc.collect()
        gc.freeze()  # else each process of the pool copies what was imported, when its garbage is first collected

    def _load(self, stage: Stage, place: Path) -> None:
        try:
            stage.load()
        except Exception:
            await_edits(place.parent)
            log.exception("The stage %s can't be loaded: its steps will fail", stage.name)


for _step in (ImportStages, WorkerPresence):
    current_app.steps["worker"].add(_step)
