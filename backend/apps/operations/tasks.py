"""Tasks that look after the stack itself."""

import logging
from typing import Any

from celery import shared_task

from apps.operations import clean_up as cleaning
from apps.operations.health import EVERYTHING, find_problems

log = logging.getLogger(__name__)


@shared_task(name="operations.check_health")
def check_health() -> dict[str, str]:
    """Every 60 s: return what can't be reached, with the reason, and log it."""
    problems = find_problems(EVERYTHING)
    for name, problem in problems.items():
        log.error("%s can't be reached: %s", name, problem)
    return problems


@shared_task(name="operations.clean_up", ignore_result=True)
def clean_up() -> None:
    """Every 15 min: remove what nobody needs any more."""
    cleaning.clean_up()


@shared_task(name="debug", bind=True)
def debug(self: Any) -> dict[str, Any]:
    """Return what the worker knows about this very request, for checking connectivity."""
    request = self.request
    return {
        "id": request.id,
        "hostname": request.hostname,
        "retries": request.retries,
        "delivery_info": {name: str(value) for name, value in (request.delivery_info or {}).items()},
    }
