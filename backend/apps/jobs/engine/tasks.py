"""Celery's doorway: each task makes one call into the engine. Messages carry ids, the database everything else."""

from datetime import datetime
from typing import Any

from celery import bootsteps, current_app, shared_task
from celery.backends.base import DisabledBackend
from celery.exceptions import TimeLimitExceeded
from celery.signals import task_failure, worker_ready
from django.utils import timezone

from apps.jobs import reconcile as reconciler
from apps.jobs import work
from apps.jobs.engine.dispatch import task_name
from apps.jobs.engine.interruptions import Interrupted
from apps.jobs.pipelines import all_pipelines
from config.broker import PRIORITIES
from config.queues import QUEUES

INTERRUPTION = 5  # seconds
MOST_INTERRUPTIONS = 60  # after these the step's lease has run out, and the reconciler finds it


def _run_step(task: Any, step_id: int) -> None:
    request = task.request
    redelivered = bool((request.delivery_info or {}).get("redelivered"))
    is_dead = redelivered or request.retries > 0
    try:
        work.run_step(step_id, worker=request.hostname or "", task_id=request.id, predecessor_is_dead=is_dead)
    except Interrupted as error:
        if request.is_eager:  # it would be repeated on the spot
            raise
        raise task.retry(exc=error, countdown=INTERRUPTION, max_retries=MOST_INTERRUPTIONS) from None


for _queue in QUEUES:  # retried by Celery only when a run was lost or interrupted; the engine counts attempts itself
    shared_task(
        name=task_name(_queue),
        runs_on=_queue,
        bind=True,
        ignore_result=True,
        backend=DisabledBackend(app=current_app),  # else a worker waits for a Redis that is away, to note a retry in it
        max_retries=3,
        default_retry_delay=1,
    )(_run_step)


@shared_task(name="jobs.time_out", ignore_result=True)
def time_out(step_id: int, task_id: str) -> None:
    """Sent by a worker that has killed a run at the hard time limit."""
    work.time_out(step_id, task_id=task_id)


@task_failure.connect
def tell_that_time_is_up(sender: Any, task_id: str, exception: Exception, args: Any, **_: Any) -> None:
    """In the worker's main process, which has no database connection: hand over to a task, on the same queue."""
    if isinstance(exception, TimeLimitExceeded) and sender.name == task_name(sender.runs_on):
        time_out.apply_async((args[0], task_id), queue=sender.runs_on, priority=PRIORITIES["high"])


@shared_task(name="jobs.release_steps", ignore_result=True)
def release_steps(worker: str, started_before: str) -> None:
    """Sent by a worker that has just started: whoever had its name before is gone."""
    reconciler.release_steps_of(worker, started_before=datetime.fromisoformat(started_before))


@worker_ready.connect
def release_what_the_predecessor_held(sender: Any, **_: Any) -> None:
    """In the worker's main process, before its first message. Celery wants node names to be unique."""
    queue = next(iter(sender.app.amqp.queues.consume_from))
    arguments = (sender.hostname, timezone.now().isoformat())
    release_steps.apply_async(arguments, queue=queue, priority=PRIORITIES["high"])


# Not on `default`, where somebody's long task may be under way: nothing lost would be found until it ends.
@shared_task(name="jobs.reconcile", ignore_result=True, runs_on="ingestion_io")
def reconcile() -> None:
    """Every 15 s: send again what was lost, close what nobody closed."""
    reconciler.reconcile()


@shared_task(name="jobs.clean_up", ignore_result=True)
def clean_up() -> None:
    """Every 15 min: expire unfinished uploads, delete files that no job owns."""
    reconciler.clean_up()


class ImportStages(bootsteps.Step):  # type: ignore[misc]  # celery has no types
    """Imports, before the pool forks, what the stages of this worker's queues run: no other worker pays for it.

    A module that can't be imported ends the worker, where a signal's receiver would only log it.
    """

    def create(self, worker: Any) -> None:
        served = set(worker.app.amqp.queues.consume_from)
        for pipeline in all_pipelines():
            for stage in pipeline.stages:
                if stage.queue in served:
                    stage.load()


current_app.steps["worker"].add(ImportStages)
