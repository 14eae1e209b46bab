"""How Celery talks to its broker: transport options and priorities."""

from typing import Any

from config.queues import VISIBILITY_TIMEOUT

# Redis counts from 0, the most urgent; each step is a list of its own.
PRIORITIES = {"high": 0, "normal": 3, "low": 9}
PRIORITY_STEPS = sorted(PRIORITIES.values())

SHARED_OPTIONS: dict[str, Any] = {
    "visibility_timeout": VISIBILITY_TIMEOUT,  # the shortest of all processes wins: the same everywhere
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "priority_steps": PRIORITY_STEPS,
    "sep": ":",
    "queue_order_strategy": "priority",
    "socket_keepalive": True,
    "health_check_interval": 10,
}

# A web request that sends must not hang on a broker that is gone: the row is there, and the reconciler sends later.
SENDER_OPTIONS = SHARED_OPTIONS | {"socket_connect_timeout": 0.5, "socket_timeout": 1.0, "retry_on_timeout": False}

# A worker waits for messages, and outlives a slow broker.
WORKER_OPTIONS = SHARED_OPTIONS | {"socket_connect_timeout": 2, "socket_timeout": 10}
