"""Twenty jobs are under way when a worker is hurt: none is lost, stuck, or done twice. In Docker, as people run it."""

import time

import pytest

from apps.jobs.engine.losses import MAX_LOSSES
from testing.waiting import wait_until
from tests.faults.crowd import STAGE_OF
from tests.faults.fault_stack import WORKERS, FaultStack, docker
from tests.faults.probes import end_of, read, submit, wait_until_begun

pytestmark = pytest.mark.compose


def test_process_killed_in_every_queue(compose_stack: FaultStack) -> None:
    crowd = compose_stack.crowd(seconds=1.5)
    for queue in WORKERS:
        if queue == "ingestion_io":
            crowd.submit(5, seconds=5)
        begun = time.monotonic()
        compose_stack.kill_process_of_a_running_step(crowd, queue)
        print(f"\n{queue}: runs again {time.monotonic() - begun:.1f} s after its process was killed")
    compose_stack.end_well(crowd, "a process killed in each queue")


def test_every_worker_killed_whole_and_started_again(compose_stack: FaultStack) -> None:
    crowd = compose_stack.crowd()
    crowd.submit(10)
    for queue in WORKERS:
        crowd.wait_until_begun(STAGE_OF[queue])
        compose_stack.kill(WORKERS[queue])
        compose_stack.start(WORKERS[queue])
    compose_stack.end_well(crowd, "each worker killed and started")
    assert any(crowd.again(stage) for stage in STAGE_OF.values())


def test_step_that_takes_all_memory_fails_alone(compose_stack: FaultStack) -> None:
    crowd = compose_stack.crowd(19)
    (hog,) = crowd.submit(1, hog=True)
    del crowd.submitted[hog]  # the only one that doesn't end well
    compose_stack.end_well(crowd, "a step takes all memory of its worker")
    wait_until(lambda: crowd.read(hog)["status"] == "failed", what="the job to fail")
    job = crowd.read(hog)
    assert job["error"]["code"] == "WORKER_LOST"
    parts = {step["label"]: (step["status"], step["attempt"]) for step in job["steps"] if step["stage"] == "part"}
    assert parts.pop("part 0") == ("failed", MAX_LOSSES)
    assert {status for status, _ in parts.values()} == {"completed"}


def test_workers_that_are_stopped_end_first_what_they_run(compose_stack: FaultStack) -> None:
    crowd = compose_stack.crowd()
    running = [run for stage in STAGE_OF.values() for run in crowd.running(stage)]
    begun = time.monotonic()
    compose_stack.project.compose("stop", *WORKERS.values())
    print(f"\nfour workers stopped within {time.monotonic() - begun:.1f} s")
    assert compose_stack.exit_codes([*WORKERS.values()]) == dict.fromkeys(WORKERS.values(), 0)
    assert not [run for stage in STAGE_OF.values() for run in crowd.running(stage)]
    for worker in WORKERS.values():
        compose_stack.start(worker)
    compose_stack.end_well(crowd, "all workers stopped and started")
    attempts = {(job["id"], step["label"]): step["attempt"] for job in crowd.states() for step in job["steps"]}
    assert {attempts[run.job, run.label] for run in running} == {1}
    assert set(attempts.values()) == {1}


def test_worker_frozen_inside_a_transaction_holds_up_nobody_else(compose_stack: FaultStack) -> None:
    service = "worker-charts-cpu"
    first, second = compose_stack.container(service), compose_stack.run_another(service, "second")
    try:
        frozen = submit(compose_stack.site, "freeze_once_in_a_transaction")
        wait_until_begun(compose_stack.site, frozen)
        begun = time.monotonic()
        crowd = compose_stack.crowd()
        compose_stack.end_well(crowd, "a worker frozen inside a transaction")
        job = end_of(compose_stack.site, frozen)
        print(f"\nits own job ended {time.monotonic() - begun:.1f} s later")
        assert (job["status"], job["result"], job["steps"][0]["attempt"]) == ("completed", {"did": "lived"}, 2)
    finally:
        for container in (first, second):
            docker("exec", container, "sh", "-c", "kill -CONT -1")
        docker("stop", second)
        docker("rm", second)
    compose_stack.project.wait_until_healthy()
    compose_stack.end_well(compose_stack.crowd(), "the frozen worker went on")
    assert read(compose_stack.site, frozen) == job


def test_step_of_a_replaced_container_runs_again(compose_stack: FaultStack) -> None:
    job_id = submit(compose_stack.site, "wait_once", "ai")
    wait_until_begun(compose_stack.site, job_id)
    begun, before = time.monotonic(), compose_stack.container("worker-ai")
    docker("rm", "--force", before)
    compose_stack.project.up("worker-ai")
    assert compose_stack.container("worker-ai") != before
    job = end_of(compose_stack.site, job_id, seconds=40)
    print(f"\nran again {time.monotonic() - begun:.1f} s after its container was removed")
    assert (job["result"], job["steps"][0]["attempt"]) == ({"did": "waited"}, 2)


def test_run_of_a_worker_that_was_cut_off_is_refused(compose_stack: FaultStack) -> None:
    """The one that is cut off has threads: no time limit ends their runs, so they come back late."""
    go = compose_stack.folder / "go"
    network = f"{compose_stack.project.name}_default"
    cut = compose_stack.run_another("worker-ai", "cut", AI_POOL="threads", CROWD_HOLD="/crowd/go")
    try:
        crowd = compose_stack.crowd()
        wait_until(lambda: len(crowd.running("sum", "held")) >= 2, what="two runs to be held")
        docker("network", "disconnect", network, cut)
        compose_stack.end_well(crowd, "a worker cut off")
        late, artifacts = crowd.running("sum", "held"), [job["artifacts"] for job in crowd.states()]
        docker("network", "connect", network, cut)
        go.touch()
        wait_until(lambda: not crowd.running("sum", "held"), what="the late runs to write")
        refused = {(run.job, run.attempt) for run in crowd.starts() if run.event.startswith("refused")}
        assert refused == {(run.job, run.attempt) for run in late}
        assert artifacts == [job["artifacts"] for job in crowd.states()]
        compose_stack.end_well(crowd, "late runs refused")
    finally:
        docker("rm", "--force", cut)
        go.unlink(missing_ok=True)
