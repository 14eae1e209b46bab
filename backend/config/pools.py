"""What differs between Celery's pools: whether gevent has patched this process, and how its time limits arrive."""

import sys

from celery.exceptions import SoftTimeLimitExceeded


def gevent_is_patched() -> bool:
    monkey = sys.modules.get("gevent.monkey")
    return bool(monkey and monkey.is_module_patched("socket"))


def time_limit_errors() -> tuple[type[BaseException], ...]:
    """Return what a task's time limit raises here: gevent knows only the hard limit, as a BaseException."""
    if not gevent_is_patched():
        return (SoftTimeLimitExceeded,)
    from gevent import Timeout

    return (SoftTimeLimitExceeded, Timeout)
