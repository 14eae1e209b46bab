"""Steps of two queues, and workers that say how they serve them."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.models import Job, Stage, Step, Worker

StepMaker = Callable[..., None]
WorkerMaker = Callable[..., None]


@pytest.fixture
def make_steps(db: None) -> StepMaker:
    owner = User.objects.create_user("ada")
    job = Job.objects.create(owner=owner, kind="probe", stage="draw")

    def make(count: int, *, queue: str = "charts_cpu", **columns: Any) -> None:
        stage = Stage.objects.create(job=job, position=job.stages.count(), name="draw", queue=queue, total=count)
        common = {"job": job, "stage": stage, "label": "part", "queue": queue, "owner": owner} | columns
        Step.objects.bulk_create(Step(position=position, **common) for position in range(count))

    return make


@pytest.fixture
def make_worker(db: None) -> WorkerMaker:
    def make(queue: str = "charts_cpu", **numbers: Any) -> None:
        said = {"pool": "prefork", "concurrency": 2, "prefetch_multiplier": 1, "acks_late": True}
        said |= {"time_limit": 120, "soft_time_limit": 110}
        queues = [{"name": queue, **said, **numbers}]
        now = timezone.now()
        Worker.objects.create(id=uuid4(), name=f"{queue}@host", queues=queues, started_at=now, seen_at=now)

    return make
