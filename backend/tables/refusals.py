"""What is no table is refused with a sentence that says where, and what to do."""

from apps.jobs.failures import ErrorCode, JobError


def invalid(message: str) -> JobError:
    return JobError(ErrorCode.INVALID_INPUT, message)
