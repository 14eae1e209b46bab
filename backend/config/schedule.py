"""What beat sends, and when. What names no queue runs on `default`."""

from typing import Any

from celery.schedules import crontab

QUARTER_HOUR = 15 * 60

SCHEDULE: dict[str, dict[str, Any]] = {
    # `expires` keeps a broker that comes back from being met by a heap of overdue ticks.
    "health": {"task": "operations.check_health", "schedule": 60.0, "options": {"expires": 60}},
    "expire-uploads": {"task": "operations.expire_uploads", "schedule": 60.0, "options": {"expires": 60}},
    "clean-up": {
        "task": "operations.clean_up",
        "schedule": crontab(minute="*/15"),
        "options": {"expires": QUARTER_HOUR},
    },
    # example: notify
    "notify": {
        "task": "notify.send_due",
        "schedule": 15.0,
        "options": {"expires": 15, "queue": "ingestion_io"},
    },
    # end of example: notify
}
