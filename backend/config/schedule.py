"""THE clock: what beat sends, and when. What names no queue runs on `default`."""

from typing import Any

from celery.schedules import crontab

from config.broker import PRIORITIES

QUARTER_HOUR = 15 * 60

SCHEDULE: dict[str, dict[str, Any]] = {
    # `expires` keeps a broker that comes back from being met by a heap of overdue ticks; the first one may still wait
    # behind all that a busy worker has prefetched.
    "reconcile": {
        "task": "jobs.reconcile",
        "schedule": 15.0,
        "options": {"expires": 5 * 60, "priority": PRIORITIES["high"]},
    },
    "health": {"task": "operations.check_health", "schedule": 60.0, "options": {"expires": 60}},
    "clean-up": {"task": "jobs.clean_up", "schedule": crontab(minute="*/15"), "options": {"expires": QUARTER_HOUR}},
}
