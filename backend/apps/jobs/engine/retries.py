"""Which errors may pass, and when they are tried again: exponential backoff with jitter, or when the server says."""

import random
import sys

from apps.jobs.failures import ErrorCode, TransientError, parse_retry_after
from config.queues import MAX_RETRY_DELAY

MAX_RETRIES = 3
FIRST_DELAY = 5.0  # seconds; doubled with each retry


def as_transient(error: BaseException) -> TransientError | None:
    """Return the error as one that may pass, or None when trying again would change nothing.

    Of themselves these may pass: a connection that breaks, a time-out, and HTTP 429 or 5xx as httpx raises them.
    """
    if isinstance(error, TransientError):
        return error
    if isinstance(error, ConnectionError | TimeoutError):
        return TransientError(ErrorCode.UPSTREAM_ERROR, f"Another server could not be reached: {_text(error)}.")
    httpx = sys.modules.get("httpx")  # an error of httpx's needs that somebody has imported it
    if httpx and isinstance(error, httpx.TransportError):
        return TransientError(ErrorCode.UPSTREAM_ERROR, f"Another server could not be reached: {_text(error)}.")
    if httpx and isinstance(error, httpx.HTTPStatusError):
        answer = error.response
        if answer.status_code == 429 or answer.status_code >= 500:
            retry_after = parse_retry_after(answer.headers.get("Retry-After"))
            said = f"{answer.url.host} answered with HTTP {answer.status_code}."
            return TransientError(ErrorCode.UPSTREAM_ERROR, said, retry_after=retry_after)
    return None


def _text(error: BaseException) -> str:
    return str(error).rstrip(".") or type(error).__name__


def retry_delay(retry: int, *, retry_after: float | None = None) -> float:
    """Return the seconds before the `retry`th retry, counted from 1.

    A random part keeps those that failed together from coming back together. A server's own wish is respected, up to
    MAX_RETRY_DELAY.
    """
    backoff = min(FIRST_DELAY * 2 ** (retry - 1), MAX_RETRY_DELAY)
    jittered: float = backoff * random.uniform(0.5, 1)  # noqa: S311 - no secret
    return min(max(jittered, retry_after or 0), MAX_RETRY_DELAY)
