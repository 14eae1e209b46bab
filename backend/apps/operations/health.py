"""Whether what this stack stands on can be reached: database, broker, channel layer, storage."""

from collections.abc import Callable

from celery import current_app
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from apps.jobs.live import doorbell

TIMEOUT = 2  # seconds


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_broker() -> None:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0.1, timeout=TIMEOUT)
        broker.default_channel  # noqa: B018 - opening it is the check: Redis answers a PING


def check_channel_layer() -> None:
    doorbell.send("health", {"type": "health"})


def check_storage() -> None:
    name = default_storage.save("health", ContentFile(b"ok"))
    default_storage.delete(name)


NEEDED_BY_WEB: dict[str, Callable[[], None]] = {
    "database": check_database,
    "broker": check_broker,
    "channel layer": check_channel_layer,
}
EVERYTHING = NEEDED_BY_WEB | {"storage": check_storage}


def find_problems(checks: dict[str, Callable[[], None]]) -> dict[str, str]:
    """Return what can't be reached, with the reason: empty when all is well."""
    problems = {}
    for name, check in checks.items():
        try:
            check()
        except Exception as error:  # the point is to name whatever it is
            problems[name] = str(error) or type(error).__name__
    return problems
