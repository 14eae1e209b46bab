"""Stages that take their time, and leave a line for every start: what a crowd of jobs does can be counted."""

import os
import time
from pathlib import Path

from apps.jobs.pipelines import Json, Planned, Run

TRACE = os.environ.get("CROWD_TRACE", "")  # a file that every worker appends to
HOLD = os.environ.get("CROWD_HOLD", "")  # a worker with this waits in `add` until the file of this name exists


def plan_parts(results: list[Json]) -> list[Planned]:
    return [Planned(label=f"part {number}", input={"number": number}) for number in range(results[0]["parts"])]


def ingest(run: Run) -> Json:
    _work(run)
    return {"parts": run.options["parts"]}


def draw(run: Run) -> Json:
    number = run.input["number"]
    _work(run)
    if run.options["hog"] and number == 0:
        _allocate_without_bound()
    run.save_artifact(f"part-{number}.txt", f"{number}\n".encode(), "text/plain")
    return {"number": number}


def add(run: Run) -> Json:
    if HOLD:
        _wait_to_be_late(run)
    else:
        _work(run)
    total = sum(result["number"] for result in run.results("part"))
    _save_sum(run, total)
    return {"sum": total}


def close(run: Run) -> Json:
    _work(run)
    first: Json = run.results("sum")[0]
    return first


def _work(run: Run) -> None:
    _trace(run, "begun")
    begun, seconds = time.monotonic(), run.options["seconds"]
    while (passed := time.monotonic() - begun) < seconds:
        run.report(100 * passed / seconds)
        time.sleep(min(0.5, seconds - passed))
    _trace(run, "worked")


def _trace(run: Run, event: str) -> None:
    if TRACE:
        with open(TRACE, "a") as file:
            file.write(f"{run.job_id}\t{run.label}\t{run.attempt}\t{event}\t{os.getpid()}\n")


def _allocate_without_bound() -> None:
    taken = []
    while True:
        taken.append(b"x" * 20_000_000)


def _wait_to_be_late(run: Run) -> None:
    from django.db import OperationalError, connection, connections

    _trace(run, "begun")
    _trace(run, "held")
    while not Path(HOLD).exists():
        time.sleep(0.1)
    for _ in range(120):  # the test waits for a minute
        connections.close_all()  # those of before the wait are cut
        try:
            connection.ensure_connection()
            return
        except OperationalError:  # the pool of connections tries again later and later
            time.sleep(0.5)


def _save_sum(run: Run, total: int) -> None:
    try:
        run.save_artifact("sum.txt", f"{total} of attempt {run.attempt}\n".encode(), "text/plain")
    except Exception as error:
        _trace(run, f"refused: {' '.join(str(error).split())}")  # in one line, whatever the driver says
        raise
