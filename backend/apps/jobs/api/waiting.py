"""Why a job isn't further: where its steps wait, and what is ahead of them."""

from django.db.models import QuerySet
from pydantic import BaseModel, RootModel

from apps.jobs.models import Job, Step, StepStatus

MAX_AHEAD = 1000  # counted no further: so much costs little, however many wait


class Waiting(BaseModel):
    """A queue in which steps of a job wait."""

    queue: str
    waiting: int  # steps of this job
    ahead: int  # steps of other jobs whose turn comes before its first one; 1000 stands for that many or more
    processing: int  # steps of whichever job


class Waitings(RootModel[list[Waiting]]):
    pass


def waiting_steps(job: Job) -> list[Waiting]:
    """Return an entry for each queue in which steps of the job wait, though nothing but their turn is to come."""
    stage = job.stages.get(name=job.stage)  # the stages before have ended, those after have no steps yet
    mine = _turns(Step.objects.filter(stage=stage))
    first = mine.first()
    if first is None:
        return []
    before = _turns(Step.objects.filter(queue=stage.queue))[:MAX_AHEAD]
    return [
        Waiting(
            queue=stage.queue,
            waiting=mine.count(),
            ahead=sum(turn < first for turn in before),
            processing=Step.objects.filter(queue=stage.queue, status=StepStatus.PROCESSING).count(),
        )
    ]


def _turns(steps: QuerySet[Step]) -> QuerySet[Step, tuple[int, int, int]]:
    """Return what decides whose turn is next among the due ones of the steps, in this order."""
    due = steps.filter(status=StepStatus.QUEUED, retry_at=None)
    return due.order_by("urgency", "rank", "id").values_list("urgency", "rank", "id")
