"""Sends the messages that say "this step may be worth running". Losing one costs time, never data."""

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Timer
from typing import Any

from celery import current_app, current_task
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.jobs.models import ACTIVE_JOB, Job, Step
from apps.jobs.engine.progress import changing, save_change
from config.broker import PRIORITIES
from config.queues import QUEUES

log = logging.getLogger(__name__)

WAITING_FOR_BROKER = "Waiting for the message broker, which can't be reached"

KILL_AFTER = 1.0  # seconds

here = ThreadPoolExecutor(max_workers=2, thread_name_prefix="without-broker")


def task_name(queue: str) -> str:
    """Return the name of the task that runs the steps of a queue: each queue has its own, with the row's options."""
    return f"jobs.run_step.{queue}"


def send_after_commit(steps: Iterable[Step], *, countdown: float | None = None) -> None:
    """Send a message for each step once the transaction is committed; `countdown` seconds later if given."""
    ids = [step.pk for step in steps]
    transaction.on_commit(lambda: send(ids, countdown=countdown))


def send(step_ids: Iterable[int], *, countdown: float | None = None) -> None:
    """Send a message for each step. While the broker is away the reconciler sends what this left out.

    With JOBS_WHEN_BROKER_DOWN=run the steps run in threads of this process instead, unless it is a worker.
    """
    steps = list(Step.objects.filter(pk__in=step_ids, queue__in=QUEUES).select_related("job"))
    for number, step in enumerate(steps):
        task = current_app.tasks[task_name(step.queue)]
        try:
            task.apply_async((step.pk,), priority=PRIORITIES[step.job.priority], countdown=countdown)
        except OperationalError as error:
            log.warning("the broker can't be reached, so %s steps wait: %s", len(steps) - number, error)
            _without_broker(steps[number:], countdown or 0)
            return
        Step.objects.filter(pk=step.pk).update(sent_at=timezone.now())


def stop(task_ids: list[str]) -> None:
    """End running tasks, whose claims are gone already: most end by themselves, at their next report.

    Under prefork the process of one that doesn't is killed, wherever it is: a C call may never return to Python.
    """
    timer = Timer(KILL_AFTER, _kill, (task_ids,))
    timer.daemon = True
    timer.start()


def _kill(task_ids: list[str]) -> None:
    try:
        current_app.control.revoke(task_ids, terminate=True, signal="SIGKILL")
    except OperationalError as error:
        log.warning("the broker can't be reached, so running tasks end at their next report: %s", error)


def _without_broker(steps: list[Step], countdown: float) -> None:
    in_worker = current_task and not current_task.request.is_eager
    if settings.JOBS_WHEN_BROKER_DOWN == "run" and not in_worker:
        for step in steps:
            run = (_run_here, current_app.tasks[task_name(step.queue)], step.pk)
            timer = Timer(countdown, here.submit, run)
            timer.daemon = True  # a process that is told to end doesn't wait: the reconciler sends the step
            timer.start()
        return
    for job_id in {step.job_id for step in steps}:
        with suppress(Job.DoesNotExist), changing(job_id) as job:
            if job.status in ACTIVE_JOB:
                save_change(job, message=WAITING_FOR_BROKER)


def _run_here(task: Any, step_id: int) -> None:
    try:
        task.apply((step_id,))
    finally:
        connections.close_all()
