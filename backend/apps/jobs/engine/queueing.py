"""Puts steps in line and sends permits. A permit is a message that says: one step of this queue may be run.

Losing one costs time, never data: a worker with nothing to do looks whether a step of its queues is due.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import UUID

from celery import current_app, current_task
from django.conf import settings
from django.db import connections, transaction
from kombu.exceptions import OperationalError

from apps.jobs.engine.changes import changing, save_change
from apps.jobs.models import ACTIVE_JOB, Job, Priority, Step, StepStatus
from config.queues import QUEUES

log = logging.getLogger(__name__)

WAITING_FOR_BROKER = "Waiting for the message broker, which can't be reached"

PERMITS_AHEAD = 500  # sent at once for a stage; each of its further steps is permitted by one that starts

THREADS = 2  # that run steps while the broker is away
without_broker = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="without-broker")
_is_away = False  # the broker, when something was last sent


def task_name(queue: str) -> str:
    """Return the name of the task that runs a step of a queue: each queue has its own, with the row's options."""
    return f"jobs.run_step.{queue}"


def next_rank(*, owner_id: int, queue: str, priority: Priority) -> int:
    """Return the rank for the next step of a user: behind their own, but beside whose turn it is now.

    Start-time fair queueing: Goyal, Vin and Cheng 1996, https://doi.org/10.1145/248157.248171
    """
    due = Step.objects.filter(queue=queue, urgency=priority.urgency, status=StepStatus.QUEUED, retry_at=None)
    served_now = due.order_by("rank").values_list("rank", flat=True).first()
    mine = due.filter(owner=owner_id).order_by("-rank").values_list("rank", flat=True).first()
    return max(served_now or 0, 0 if mine is None else mine + 1)


def permit_after_commit(job: Job, queue: str, steps: int) -> None:
    """Send permits for so many steps of a job once the transaction is committed."""
    transaction.on_commit(lambda: _permit(job.pk, queue, min(steps, PERMITS_AHEAD)))


def _permit(job_id: UUID, queue: str, count: int) -> None:
    if send_permits(queue, count) == 0:
        return
    with suppress(Job.DoesNotExist), changing(job_id) as job:
        if job.status in ACTIVE_JOB:
            save_change(job, message=WAITING_FOR_BROKER, stalled=True)


def pass_permit_on(queue: str, *, position: int, total: int) -> None:
    """Send the permit of the step that is PERMITS_AHEAD behind this one, if its stage has so many."""
    if position + PERMITS_AHEAD < total:
        send_permits(queue, 1)


def send_permits(queue: str, count: int, *, expires: float | None = None) -> int:
    """Send permits, and return how many could not be sent because the broker is away.

    With JOBS_WHEN_BROKER_DOWN=run such steps run in threads of this process instead, unless it is a worker.
    """
    if queue not in QUEUES:  # its steps wait until it has a row again
        return 0
    global _is_away
    task = current_app.tasks[task_name(queue)]
    sent = 0
    try:
        with current_app.producer_or_acquire() as producer:
            while sent < count:
                task.apply_async(producer=producer, expires=expires)
                sent += 1
        _is_away = False
    except OperationalError as error:
        log.warning("the broker can't be reached, so %s steps of %s wait: %s", count - sent, queue, error)
        _is_away = True
        if runs_without_broker():
            for _ in range(count - sent):
                without_broker.submit(_run_here, task)
            return 0
    return count - sent


def runs_without_broker() -> bool:
    """Tell whether this process runs steps itself now: the broker is away, and it is to do so."""
    return _is_away and settings.JOBS_WHEN_BROKER_DOWN == "run" and not _is_worker()


def _is_worker() -> bool:
    return bool(current_task) and not current_task.request.is_eager


def _run_here(task: Any) -> None:
    try:
        task.apply()
    finally:
        connections.close_all()
