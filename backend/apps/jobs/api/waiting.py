"""Why a job isn't further: where its steps wait, and what is ahead of them."""

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from pydantic import BaseModel, RootModel

from apps.jobs.models import ACTIVE_JOB, Job, Priority, Step, StepStatus


class Waiting(BaseModel):
    """A queue in which steps of a job wait."""

    queue: str
    waiting: int  # steps of this job
    ahead: int  # steps of other jobs whose turn comes before its first one
    processing: int  # steps of whichever job


class Waitings(RootModel[list[Waiting]]):
    pass


def waiting_steps(job: Job) -> list[Waiting]:
    """Return an entry for each queue in which steps of the job wait, though nothing but their turn is to come."""
    mine = _queued().filter(job=job).order_by().values("queue").annotate(count=Count("id"), since=Min("queued_at"))
    return [
        Waiting(
            queue=row["queue"],
            waiting=row["count"],
            ahead=_queued().filter(_before(job, row["since"]), queue=row["queue"]).exclude(job=job).count(),
            processing=Step.objects.filter(queue=row["queue"], status=StepStatus.PROCESSING).count(),
        )
        for row in mine
    ]


def _queued() -> QuerySet[Step]:
    due = Q(retry_at=None) | Q(retry_at__lte=timezone.now())
    return Step.objects.filter(due, status=StepStatus.QUEUED, job__status__in=ACTIVE_JOB)


def _before(job: Job, since: object) -> Q:
    higher = Priority.values[: Priority.values.index(job.priority)]
    return Q(job__priority__in=higher) | Q(job__priority=job.priority, queued_at__lt=since)
