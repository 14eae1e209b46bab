"""Sends the messages that say "this step may be worth running". Losing one costs time, never data."""

import logging
from collections.abc import Iterable

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.jobs.models import Step
from config.broker import PRIORITIES

log = logging.getLogger(__name__)


def task_name(queue: str) -> str:
    """Return the name of the task that runs the steps of a queue: each queue has its own, with the row's options."""
    return f"jobs.run_step.{queue}"


def send_after_commit(steps: Iterable[Step]) -> None:
    ids = [step.pk for step in steps]
    transaction.on_commit(lambda: send(ids))


def send(step_ids: Iterable[int]) -> None:
    """Send a message for each step. While the broker is away the reconciler sends what this left out."""
    steps = Step.objects.filter(pk__in=step_ids).select_related("job")
    for step in steps:
        task = current_app.tasks[task_name(step.queue)]
        try:
            task.apply_async((step.pk,), priority=PRIORITIES[step.job.priority])
        except OperationalError as error:
            log.warning("the broker can't be reached, step %s waits for it: %s", step.pk, error)
            return
        Step.objects.filter(pk=step.pk).update(sent_at=timezone.now())
