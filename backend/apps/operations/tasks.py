"""Tasks that look after the stack itself."""

import asyncio
import logging
import os
from typing import Any

from asgiref.sync import async_to_sync
from celery import current_app, shared_task
from django.db.models.functions import Now

from apps.jobs import services
from apps.jobs.models import Turn
from apps.operations import clean_up as cleaning
from apps.operations.health import EVERYTHING, find_problems
from config.pools import pool_of_this_process

BEAT = "beat"  # the Turn that holds when something of beat's was done last

log = logging.getLogger(__name__)


@shared_task(name="operations.check_health")
def check_health() -> dict[str, str]:
    """Every 60 s: return what can't be reached, with the reason, and log it."""
    Turn.objects.update_or_create(duty=BEAT, defaults={"taken_at": Now()})  # the doctor looks at it
    problems = find_problems(EVERYTHING)
    for name, problem in problems.items():
        log.error("%s can't be reached: %s", name, problem)
    return problems


@shared_task(name="operations.clean_up", ignore_result=True)
def clean_up() -> None:
    """Every 15 min: remove what nobody needs any more."""
    cleaning.clean_up()


@shared_task(name="operations.expire_uploads", ignore_result=True)
def expire_uploads() -> None:
    """Every 60 s: end the jobs whose file has stopped coming."""
    services.expire_uploads()


@shared_task(name="debug", bind=True)
def debug(self: Any) -> dict[str, Any]:
    """Return what the worker knows about this very request, for checking connectivity."""
    request = self.request
    return {
        "id": request.id,
        "hostname": request.hostname,
        "process": os.getpid(),
        "pool": pool_of_this_process(),
        "retries": request.retries,
        "delivery_info": {name: str(value) for name, value in (request.delivery_info or {}).items()},
        "tasks": sorted(current_app.tasks),
        "event_loop": _event_loop_trouble(),
    }


def _event_loop_trouble() -> str:
    """Return what keeps async code from running here, or ""."""
    try:
        async_to_sync(asyncio.sleep)(0)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""
