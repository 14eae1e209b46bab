"""A step shows what it has written of its result so far, while it runs."""

import pytest

from apps.jobs.engine import attempt
from apps.jobs.engine.losses import release
from apps.jobs.live.reading import step_state
from apps.jobs.models import Job, Step
from apps.jobs.pipelines import Json, Run
from tests.jobs.conftest import Broker, Functions, only_step

pytestmark = pytest.mark.django_db(transaction=True)


def test_draft_is_seen_while_the_step_runs_and_gone_with_its_end(job: Job, broker: Broker, probe: Functions) -> None:
    seen: list[str] = []

    def split(run: Run) -> Json:
        run.draft("Once upon\0 a time")
        run.draft("too soon after the last one to be saved")
        seen.append(step_state(only_step(job)).draft)
        return {"parts": 1}

    probe.split = split
    version = job.version
    broker.deliver()
    assert seen == ["Once upon a time"]
    job.refresh_from_db()
    assert job.version > version
    assert step_state(Step.objects.get(stage__name="split")).draft == ""


def test_next_attempt_begins_with_an_empty_draft(job: Job, broker: Broker, probe: Functions) -> None:
    seen: list[str] = []

    def split(run: Run) -> Json:
        seen.append(only_step(job).draft)
        if run.attempt == 1:
            run.draft("half of it")
            release(only_step(job))
            assert step_state(only_step(job)).draft == ""
        return {"parts": 1}

    probe.split = split
    broker.catch_up()
    assert seen == ["", ""]


def test_long_draft_is_cut(job: Job, broker: Broker, probe: Functions) -> None:
    lengths: list[int] = []

    def split(run: Run) -> Json:
        run.draft("x" * 2 * attempt.MAX_DRAFT)
        lengths.append(len(only_step(job).draft))
        return {"parts": 1}

    probe.split = split
    broker.deliver()
    assert lengths == [attempt.MAX_DRAFT]
