"""What happens to a step when its worker is killed, its time is up, or its job is cancelled: on real processes."""

from collections.abc import Iterator

import pytest

from apps.jobs.engine.losses import MAX_LOSSES
from config.queues import TABLE
from testing.waiting import wait_until
from tests.faults.probes import cancel, end_of, probing_stack, read, submit, wait_until_begun
from tests.stack import Stack

pytestmark = pytest.mark.integration

LIMITS = {"CHARTS_CPU_TIME_LIMIT": "6", "CHARTS_CPU_SOFT_TIME_LIMIT": "3"}


@pytest.fixture(scope="module")
def probes(redis_server: str, postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("probes")
    with probing_stack(redis=redis_server, postgres=postgres_server, folder=folder, variables=LIMITS) as stack:
        yield stack


@pytest.mark.parametrize("queue", [row.name for row in TABLE])
def test_step_whose_process_was_killed_runs_again_in_every_queue(probes: Stack, queue: str) -> None:
    job = end_of(probes, submit(probes, "die_once", queue))
    assert (job["status"], job["result"], job["steps"][0]["attempt"]) == ("completed", {"did": "lived"}, 2)


@pytest.mark.parametrize("queue", ["ingestion_io", "charts_cpu"])
def test_step_that_kills_its_worker_is_tried_a_bounded_number_of_times(probes: Stack, queue: str) -> None:
    job = end_of(probes, submit(probes, "die", queue))
    assert (job["status"], job["error"]["code"]) == ("failed", "WORKER_LOST")
    assert job["steps"][0]["attempt"] == MAX_LOSSES


@pytest.mark.parametrize("do", ["wait", "wait_in_the_database"])
def test_soft_limit_ends_a_step_as_a_timeout_and_its_process_goes_on(probes: Stack, do: str) -> None:
    ends = [end_of(probes, job_id) for job_id in [submit(probes, do) for _ in range(2)]]  # both processes
    assert [(job["error"]["code"], job["steps"][0]["attempt"]) for job in ends] == [("TIMEOUT", 1)] * 2
    assert "3 s" in ends[0]["error"]["message"]
    assert end_of(probes, submit(probes, "nothing"))["status"] == "completed"


def test_artifacts_saved_before_the_time_was_up_are_kept(probes: Stack) -> None:
    job = end_of(probes, submit(probes, "save_and_wait"))
    assert (job["status"], job["error"]["code"]) == ("failed", "TIMEOUT")
    [artifact] = job["artifacts"]
    with probes.client() as client:
        assert client.get(artifact["url"]).raise_for_status().content == b"kept"


def test_hard_limit_ends_a_step_that_ignores_the_soft_one(probes: Stack) -> None:
    job = end_of(probes, submit(probes, "ignore_the_soft_limit"))
    assert (job["status"], job["error"]["code"]) == ("failed", "TIMEOUT")
    assert "6 s" in job["error"]["message"]


@pytest.mark.parametrize("do", ["wait", "stay_in_c"])
def test_cancel_ends_what_runs_and_its_worker_goes_on(probes: Stack, do: str) -> None:
    jobs = [submit(probes, do, "ai") for _ in range(2)]  # both processes of the worker
    for job_id in jobs:
        wait_until_begun(probes, job_id)
    for job_id in jobs:
        assert cancel(probes, job_id)["status"] == "cancelled"
    after = submit(probes, "nothing", "ai")
    # far below its hard limit, which would end it as well
    wait_until(lambda: read(probes, after)["status"] == "completed", what="the worker to be free", seconds=30)
    assert [read(probes, job_id)["status"] for job_id in jobs] == ["cancelled", "cancelled"]


def test_worker_that_is_killed_whole_loses_nothing(probes: Stack) -> None:
    job_id = submit(probes, "wait", "ingestion_io")  # early acknowledged: no message of it is left
    wait_until_begun(probes, job_id)
    probes.kill("worker-ingestion-io")
    probes.start_missing()
    wait_until(lambda: read(probes, job_id)["steps"][0]["attempt"] == 2, what="the step to run again", seconds=60)
    cancel(probes, job_id)
