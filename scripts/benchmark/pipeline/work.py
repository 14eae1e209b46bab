"""What the steps of the benchmark do."""

import random
import time
from statistics import median

from apps.jobs.engine.attempt import Attempt
from apps.jobs.pipelines import Json, Run

from .bare import update_and_publish

PER_SECOND = 5  # reports
COALESCED = 10_000  # calls


def do_nothing(run: Run) -> Json:
    return {"began": time.time()}


def report_often(run: Run) -> None:
    """Report five times a second; the message says when. Jobs that start together don't report together."""
    time.sleep(random.random() / PER_SECOND)  # noqa: S311 - no secret
    until = time.monotonic() + run.options["seconds"]
    while time.monotonic() < until:
        run.report(50, repr(time.time()))
        time.sleep(1 / PER_SECOND)


def compare_reports(run: Run) -> Json:
    """Return microseconds: of a report, of the same by hand, in turn, and of one that is coalesced away."""
    assert isinstance(run, Attempt)
    sent, by_hand = list[float](), list[float]()
    for number in range(run.options["reports"]):
        run._reported_at = 0.0  # as if the last one were long ago
        begun = time.perf_counter()
        run.report(number % 100, "halfway")
        between = time.perf_counter()
        update_and_publish(str(run.job_id), number % 100)
        sent.append(between - begun)
        by_hand.append(time.perf_counter() - between)
    run.report(50)
    begun = time.perf_counter()
    for _ in range(COALESCED):
        run.report(50)
    coalesced = (time.perf_counter() - begun) / COALESCED
    return {"sent": 1e6 * median(sent), "by_hand": 1e6 * median(by_hand), "coalesced": 1e6 * coalesced}
