"""Keeps what became of an attempt, before the next one takes its place in the step's row.

An attempt that completes is never written here: nothing of this costs a step that goes well.
"""

from traceback import format_exception

from django.db.models import QuerySet
from django.utils import timezone

from apps.jobs.engine.statements import Fence
from apps.jobs.failures import JobError
from apps.jobs.models import PastAttempt, Step, StepStatus

MAX_TRACEBACK = 20_000  # characters; its end tells most


def holding(fence: Fence) -> QuerySet[Step]:
    """Return the step of an attempt, or nothing when the attempt doesn't hold it any more."""
    return Step.objects.filter(pk=fence.step_id, attempt=fence.attempt, status=StepStatus.PROCESSING)


def keep_attempts(steps: QuerySet[Step], *, error: JobError | None = None, traceback: str = "") -> None:
    """Keep the newest attempts at steps: ended by an error now, or as the steps say. Call inside `changing`."""
    now = timezone.now()
    begun = steps.filter(attempt__gt=0).exclude(status__in=(StepStatus.QUEUED, StepStatus.FAILED))  # those were kept
    PastAttempt.objects.bulk_create(
        [
            PastAttempt(
                step_id=step.pk,
                attempt=step.attempt,
                status=StepStatus.FAILED if error else step.status,
                worker=step.worker,
                started_at=step.started_at,
                finished_at=now if error else step.finished_at or now,
                error_code=error.code if error else step.error_code,
                error_message=error.message if error else step.error_message,
                traceback=traceback,
            )
            for step in begun.defer("input", "result")
        ],
        ignore_conflicts=True,  # it failed, and was kept, before it was cancelled
        batch_size=1000,
    )


def traceback_of(error: BaseException) -> str:
    return "".join(format_exception(error))[-MAX_TRACEBACK:]
