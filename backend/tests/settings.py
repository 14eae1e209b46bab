"""Settings of the unit tests: the project's own, on variables that reach no server and nothing of the developer's."""

import os
import tempfile
from pathlib import Path

VARIABLES = {
    "DJANGO_DEBUG": "true",
    "DJANGO_SECRET_KEY": "",
    "DEMO_USER": "true",
    "PIPELINES": "pipelines,tests.rehearsing",
    "DATA_DIR": tempfile.mkdtemp(prefix="unit-tests-"),
    "CELERY_BROKER_URL": "memory://",
    "CELERY_RESULT_BACKEND": "cache+memory://",
    "DATABASE_URL": "",
    "REDIS_PASSWORD": "",
    **dict.fromkeys(("AI_BASE_URL", "AI_API_KEY", "AI_MODEL"), ""),  # examples
    "SEARCH_URL": "",  # example: answer
    "CELERY_TASK_ALWAYS_EAGER": "",
}
os.environ.update(VARIABLES)

from config import pools  # noqa: E402
from config.settings import *  # noqa: E402, F403

pools.start_thread = lambda run: None  # no presence looks after steps by itself: a test does what it wants done

# In a file and not in memory: threads then share it as they do in a running stack.
DATABASES["default"]["TEST"] = {"NAME": Path(VARIABLES["DATA_DIR"]) / "test.sqlite3"}  # noqa: F405
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
AI_RATE_STORAGE, AI_REQUESTS_PER_MINUTE = "memory://", 0  # examples
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
