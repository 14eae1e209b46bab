"""What must not matter: no beat at all, two workers with equal node names, one that is busy and can't be asked."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from testing.waiting import wait_until
from tests.faults.crowd import Crowd, Losses
from tests.faults.probes import WITHIN, cancel, end_of, probing_stack, read, submit, wait_until_begun
from tests.site import Site
from tests.stack import Stack

pytestmark = pytest.mark.integration

MANY = 200  # jobs
SLOTS = 4  # of the two workers of the charts
VARIABLES = {"AI_POOL": "solo", "AI_CONCURRENCY": "1"}


@pytest.fixture(scope="module")
def unusual(redis_server: str, postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("unusual")
    with probing_stack(redis=redis_server, postgres=postgres_server, folder=folder, variables=VARIABLES) as stack:
        stack.stop("beat")
        twin = stack.services["worker-charts-cpu"]  # its node name is made of the queue's and the machine's name
        heartbeat = {"HEARTBEAT_FILE": str(folder / "heartbeat" / "twin")}
        stack.services["twin"] = replace(twin, name="twin", environment={**twin.environment, **heartbeat})
        del stack.services["beat"]
        stack.start_missing()
        yield stack


@pytest.fixture(scope="module", autouse=True)
def busy(unusual: Stack) -> str:
    """A job that keeps the one process of `ai` busy for a minute, meanwhile the tests run."""
    job_id = submit(unusual, "be_busy_for_a_minute", "ai")
    wait_until_begun(unusual, job_id)
    return job_id


def attempt(site: Site, job_id: str) -> int:
    return int(read(site, job_id)["steps"][0]["attempt"])


def test_one_job_is_not_behind_two_hundred_of_somebody_else(unusual: Stack) -> None:
    other = Site(unusual.url, token=unusual.add_user("other"))
    in_the_way = [submit(unusual, "wait") for _ in range(SLOTS)]
    many = [submit(unusual, "take_a_moment") for _ in range(MANY)]
    one = submit(other, "take_a_moment")
    for job_id in in_the_way:
        cancel(unusual, job_id)
    started_at = end_of(other, one)["started_at"]
    begun = [read(unusual, job_id)["started_at"] for job_id in many]
    assert sum(moment < started_at for moment in begun if moment) <= SLOTS


def test_only_the_dead_of_two_equal_names_loses_its_steps(unusual: Stack) -> None:
    jobs = [submit(unusual, "wait_once") for _ in range(SLOTS)]
    for job_id in jobs:
        wait_until_begun(unusual, job_id)
    unusual.kill("twin")
    unusual.start_missing()
    wait_until(
        lambda: sorted(attempt(unusual, job_id) for job_id in jobs) == [1, 1, 2, 2],
        what="two to run again",
        seconds=WITHIN,
    )
    for job_id in jobs:
        if attempt(unusual, job_id) == 1:  # the others end by themselves
            cancel(unusual, job_id)


def test_solo_worker_that_was_busy_all_the_time_is_not_taken_for_dead(unusual: Stack, busy: str) -> None:
    crowd = Crowd(unusual)
    crowd.submit(20)
    assert end_of(unusual, busy)["result"] == {"did": "counted"}
    assert attempt(unusual, busy) == 1
    crowd.wait()
    assert crowd.count() == Losses()
    assert {step["attempt"] for job in crowd.states() for step in job["steps"]} == {1}
