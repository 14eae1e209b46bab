"""Why a job isn't further: where its steps wait, and what is ahead of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.jobs.models import Step, StepStatus

pytestmark = pytest.mark.django_db(transaction=True)


def submit(client: Client, priority: str = "normal") -> str:
    return str(client.post("/api/jobs/", {"kind": "probe", "priority": priority}).json()["id"])


def waiting(client: Client, job_id: str) -> Any:
    return client.get(f"/api/jobs/{job_id}/waiting/").json()


def test_steps_ahead_are_those_of_higher_priority_and_earlier_ones_of_the_same(ada: Client) -> None:
    first, normal = submit(ada), submit(ada)
    submit(ada, "low"), submit(ada), submit(ada, "high")
    assert waiting(ada, first) == [{"queue": "ingestion_io", "waiting": 1, "ahead": 1, "processing": 0}]
    assert waiting(ada, normal)[0]["ahead"] == 2


def test_step_that_runs_or_is_tried_again_later_does_not_wait_for_its_turn(ada: Client, eve: Client) -> None:
    running, later, mine = submit(eve), submit(eve), submit(ada)
    Step.objects.filter(job_id=running).update(status=StepStatus.PROCESSING)
    Step.objects.filter(job_id=later).update(retry_at=timezone.now() + timedelta(minutes=1))
    assert waiting(ada, mine) == [{"queue": "ingestion_io", "waiting": 1, "ahead": 0, "processing": 1}]
    assert waiting(eve, running) == waiting(eve, later) == []


def test_strangers_see_nothing(ada: Client, eve: Client) -> None:
    assert eve.get(f"/api/jobs/{submit(ada)}/waiting/").status_code == 404
