"""How Celery talks to its broker: transport options."""

from typing import Any

from config.queues import VISIBILITY_TIMEOUT

SHARED_OPTIONS: dict[str, Any] = {
    "visibility_timeout": VISIBILITY_TIMEOUT,  # the shortest of all processes wins: the same everywhere
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_keepalive": True,
    "health_check_interval": 10,
}

# A web request that sends must not hang on a broker that is gone: the row is there, and the reconciler sends later.
SENDER_OPTIONS = SHARED_OPTIONS | {"socket_connect_timeout": 0.5, "socket_timeout": 1.0, "retry_on_timeout": False}

# A worker waits for messages, and outlives a slow broker.
WORKER_OPTIONS = SHARED_OPTIONS | {"socket_connect_timeout": 2, "socket_timeout": 10}
