"""A long step saves where it is, and its next attempt goes on from there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.jobs.engine.losses import release
from apps.jobs.models import Artifact, Job, Step
from apps.jobs.pipelines import Json, Run
from apps.jobs.services import retry_job
from tests.jobs.conftest import Broker, Functions, only_step

pytestmark = pytest.mark.django_db(transaction=True)


def test_attempt_after_a_lost_one_goes_on_from_the_last_checkpoint(job: Job, broker: Broker, probe: Functions) -> None:
    seen: list[Json | None] = []

    def split(run: Run) -> Json:
        seen.append(run.last_checkpoint)
        if run.attempt == 1:
            run.checkpoint({"rows": 1_000})
            run.checkpoint({"rows": 2_000, "file": "part-2"})
            release(only_step(job))
        return {"parts": 1}

    probe.split = split
    broker.catch_up()
    assert seen == [None, {"rows": 2_000, "file": "part-2"}]
    assert set(Step.objects.values_list("status", "checkpoint")) == {("completed", None)}


def test_failed_step_that_is_retried_goes_on_too(job: Job, broker: Broker, probe: Functions) -> None:
    def split(run: Run) -> Json:
        if run.attempt == 1:
            run.checkpoint({"rows": 1_000})
            raise ValueError("nobody meant this")
        return {"parts": 1, "from": run.last_checkpoint}

    probe.split = split
    broker.deliver()
    retry_job(job.pk)
    broker.deliver()
    assert Step.objects.get(stage__name="split").result == {"parts": 1, "from": {"rows": 1_000}}


def test_what_is_no_checkpoint_fails_the_step_with_a_sentence(job: Job, broker: Broker, probe: Functions) -> None:
    states: Iterator[Json] = iter([{"rows": "x" * 100_000}, {"rows": object()}])
    probe.split = lambda run: run.checkpoint(next(states))
    broker.deliver()
    assert only_step(job).error_message == "This checkpoint has 100,012 characters, at most 65,536 can be stored."
    retry_job(job.pk)
    broker.deliver()
    assert only_step(job).error_message.startswith("This checkpoint can't be stored as JSON: ")


def test_checkpoint_is_nothing_that_a_browser_hears_of(job: Job, broker: Broker, probe: Functions) -> None:
    def split(run: Run) -> Json:
        before = Job.objects.get(pk=job.pk).version
        run.checkpoint({"rows": 1})
        return {"parts": 1, "raised": Job.objects.get(pk=job.pk).version - before}

    probe.split = split
    broker.deliver()
    assert Step.objects.get(stage__name="split").result == {"parts": 1, "raised": 0}


def test_files_are_given_as_paths_and_read_by_the_next_attempt(
    job: Job, broker: Broker, probe: Functions, tmp_path: Path
) -> None:
    large = tmp_path / "large"
    large.write_bytes(b"0123456789" * 1_000)

    def split(run: Run) -> Json:
        if run.attempt == 1:
            run.save_file("part", large)
            run.save_artifact("large.txt", large, "text/plain", title="Large")
            release(only_step(job))
        with run.open_file("part") as path:
            return {"parts": 1, "same": path.read_bytes() == large.read_bytes()}

    probe.split = split
    broker.catch_up()
    assert Step.objects.get(stage__name="split").result == {"parts": 1, "same": True}
    assert Artifact.objects.get(name="large.txt").size == 10_000
    assert large.exists()
