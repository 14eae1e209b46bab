"""How the queues do, for people who look at them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from apps.jobs.models import Job, Step
from apps.operations.queues import finished_per_minute
from config.queues import QUEUES


@pytest.mark.django_db
def test_ended_steps_are_counted_by_minute_the_running_one_last() -> None:
    job = Job.objects.create(owner=User.objects.create_user("ada"), kind="probe", stage="draw")
    this_minute = timezone.now().replace(second=0, microsecond=0)
    minutes_ago = [0, 0, 1, 14, 15, None]
    Step.objects.bulk_create(
        Step(
            job=job,
            stage="draw",
            position=position,
            label="part",
            queue="charts_cpu",
            finished_at=None if ago is None else this_minute - timedelta(minutes=ago),
        )
        for position, ago in enumerate(minutes_ago)
    )
    counts = finished_per_minute()
    assert counts["charts_cpu"] == [1, *[0] * 12, 1, 2]
    assert {name for name, numbers in counts.items() if not any(numbers)} == set(QUEUES) - {"charts_cpu"}
