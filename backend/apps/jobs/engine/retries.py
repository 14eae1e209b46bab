"""When a transient error is tried again: exponential backoff with jitter, or when the server says."""

import random
from email.utils import parsedate_to_datetime

from django.utils import timezone

from config.queues import LONGEST_RETRY_DELAY

MOST_RETRIES = 3
FIRST_DELAY = 5.0  # seconds; doubled with each retry


def retry_delay(retry: int, *, retry_after: float | None = None) -> float:
    """Return the seconds before the `retry`th retry, counted from 1.

    A random part keeps those that failed together from coming back together. A server's own wish is respected, up to
    LONGEST_RETRY_DELAY.
    """
    backoff = min(FIRST_DELAY * 2 ** (retry - 1), LONGEST_RETRY_DELAY)
    jittered: float = backoff * random.uniform(0.5, 1)  # noqa: S311 - no secret
    return min(max(jittered, retry_after or 0), LONGEST_RETRY_DELAY)


def parse_retry_after(value: str | None) -> float | None:
    """Return the seconds that an HTTP `Retry-After` header asks for: a number, or a date. None when it says neither.

    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        wanted = parsedate_to_datetime(value)
    except ValueError:
        return None
    if wanted.tzinfo is None:
        return None
    return max(0.0, (wanted - timezone.now()).total_seconds())
