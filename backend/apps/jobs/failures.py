"""The error codes of a job or step, each with a sentence that its user can act on."""

import errno
from email.utils import parsedate_to_datetime
from enum import StrEnum

from django.utils import timezone


class ErrorCode(StrEnum):
    """Every code that `error.code` of a job or step can hold."""

    TIMEOUT = "TIMEOUT"
    UNKNOWN_KIND = "UNKNOWN_KIND"
    USER_NOT_FOUND = "USER_NOT_FOUND"
    INVALID_INPUT = "INVALID_INPUT"
    UPSTREAM_ERROR = "UPSTREAM_ERROR"
    WORKER_LOST = "WORKER_LOST"
    PROCESSING_ERROR = "PROCESSING_ERROR"
    INTERNAL_ERROR = "INTERNAL_ERROR"


ADVICE: dict[ErrorCode, str] = {
    ErrorCode.TIMEOUT: "The step ran longer than its queue allows. Try a smaller input, or a higher time limit.",
    ErrorCode.UNKNOWN_KIND: "No pipeline of this kind is installed. Choose one that /api/pipelines/ lists.",
    ErrorCode.USER_NOT_FOUND: "The owner of this job no longer exists. Submit it again as another user.",
    ErrorCode.INVALID_INPUT: "The input can't be used as it is. Correct it and submit it again.",
    ErrorCode.UPSTREAM_ERROR: "Another server did not answer as expected. Check its address, or try again later.",
    ErrorCode.WORKER_LOST: "The worker was lost on every attempt, often for lack of memory. Try a smaller input.",
    ErrorCode.PROCESSING_ERROR: "This input could not be processed. Check it, or try other options.",
    ErrorCode.INTERNAL_ERROR: "Something went wrong on our side. Operators find the details at the step that failed.",
}


DISK_FULL = "The storage is full. Free some space, for instance by deleting jobs that are done with, and try again."


def is_disk_full(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


class JobError(Exception):
    """Raised by a stage's function to fail its step, and so its job, at once.

    `message` is shown to the user: one or two sentences on what was wrong, where, and what to do.
    Without one, the code's own advice is shown.
    """

    def __init__(self, code: ErrorCode, message: str = "") -> None:
        self.code = code
        self.message = message or ADVICE[code]
        super().__init__(f"{code}: {self.message}")


class TransientError(JobError):
    """A JobError that may pass: the step is tried again, a few times, before it fails with it.

    `retry_after`: the seconds that the other server asked to wait, if it did.
    """

    def __init__(self, code: ErrorCode, message: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after


class NotYet(TransientError):
    """Raised by a stage's function when its turn has not come, as where a rate limit is shared: this is no failure.

    The step is queued once more, for `retry_after` seconds later, as often as it takes.
    """

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(ErrorCode.UPSTREAM_ERROR, message, retry_after=retry_after)


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
