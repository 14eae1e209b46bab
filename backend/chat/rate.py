"""How often the model may be asked: one limit for all workers together, counted in Redis."""

import time
from functools import cache

from django.conf import settings
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from apps.jobs.failures import ErrorCode, NotYet, TransientError

ALL = "language model"


@cache
def _limiter(url: str) -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(storage_from_string(url, wrap_exceptions=True))


def take_turn() -> None:
    """Count one request. Raises NotYet when a minute's requests were made, and TransientError while Redis is away."""
    per_minute = settings.AI_REQUESTS_PER_MINUTE
    if not per_minute:
        return
    limit = RateLimitItemPerMinute(per_minute)
    limiter = _limiter(settings.AI_RATE_STORAGE)
    try:
        if limiter.hit(limit, ALL):
            return
        wait = limiter.get_window_stats(limit, ALL).reset_time - time.time()
    except StorageError as error:
        message = "Redis could not be reached, which counts the requests to the language model."
        raise TransientError(ErrorCode.UPSTREAM_ERROR, message) from error
    message = f"The language model is asked {per_minute} times a minute at most. This waits for its turn."
    raise NotYet(message, retry_after=max(wait, 0.0))
