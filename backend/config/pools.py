"""What differs between Celery's pools: whether gevent has patched this process, and how its time limits arrive."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock, Thread, current_thread, main_thread
from typing import Any

from billiard.process import current_process
from celery.exceptions import SoftTimeLimitExceeded

from config import env


def gevent_is_patched() -> bool:
    monkey = sys.modules.get("gevent.monkey")
    return bool(monkey and monkey.is_module_patched("socket"))


def pool_of_this_process() -> str:
    """Return the name of the pool in which this task runs."""
    if gevent_is_patched():
        return "gevent"
    if current_process().name.startswith("ForkPoolWorker"):
        return "prefork"
    return "solo" if current_thread() is main_thread() else "threads"


def time_limit_errors() -> tuple[type[BaseException], ...]:
    """Return what a task's time limit raises here: gevent knows only the hard limit, as a BaseException."""
    if not gevent_is_patched():
        return (SoftTimeLimitExceeded,)
    from gevent import Timeout

    return (SoftTimeLimitExceeded, Timeout)


def database_is_pooled() -> bool:
    """Tell whether many threads or greenlets of this process share its database connections."""
    return env.flag("DATABASE_POOL", gevent_is_patched())


def make_lock() -> AbstractContextManager[Any]:
    """Return a lock of the operating system's, also under gevent: for what such a thread shares with tasks."""
    if not gevent_is_patched():
        return Lock()
    from gevent.monkey import get_original

    lock: AbstractContextManager[Any] = get_original("_thread", "allocate_lock")()
    return lock


def start_thread(run: Callable[[], None]) -> None:
    """Start a thread of the operating system's, also under gevent, where a task that computes stops all greenlets."""
    if not gevent_is_patched():
        Thread(target=run, daemon=True).start()
        return
    from gevent.monkey import get_original

    get_original("_thread", "start_new_thread")(run, ())
