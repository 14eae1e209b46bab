"""What `scripts/soak` draws, and when it says that its counts agree. That the stack survives it, only a soak tells."""

from collections import Counter
from dataclasses import replace
from itertools import islice
from random import Random
from typing import Any

import pytest

from tests.faults.crowd import Losses
from tests.faults.figures import Figures
from tests.faults.soak_faults import KINDS, draw_faults

JOB = {
    "status": "completed",
    "created_at": "2026-01-01T00:00:00Z",
    "finished_at": "2026-01-01T00:00:09Z",
    "steps": [{"attempt": 1}, {"attempt": 3}],
}
GOOD = Figures(
    submitted=1,
    jobs=[JOB],
    losses=Losses(),
    faults=Counter(a=2),
    sockets=1,
    reopened=0,
    untrue=[],
    repeated=4,
    refused=[],
)


def test_same_seed_draws_the_same_faults() -> None:
    first, again, other = (list(islice(draw_faults(Random(seed)), 20)) for seed in (1, 1, 2))
    assert first == again != other


def test_every_kind_of_fault_is_drawn_in_every_queue() -> None:
    faults = list(islice(draw_faults(Random(0)), 500))
    assert {fault.kind for fault in faults} == set(KINDS)
    assert len({(fault.kind, fault.queue) for fault in faults}) == 4 * len(KINDS)


def test_redis_alone_is_sometimes_restarted_and_sometimes_killed() -> None:
    faults = list(islice(draw_faults(Random(0)), 500))
    assert {fault.kind for fault in faults if not fault.away} == {"d"}
    assert any(fault.kind == "d" and fault.away for fault in faults)


def test_counts_agree_when_every_job_is_completed_and_nothing_is_wrong() -> None:
    assert GOOD.agree
    assert list(GOOD.lines())[-1] == "The counts agree."


@pytest.mark.parametrize(
    "wrong",
    [
        {"submitted": 2},
        {"jobs": [JOB, JOB]},
        {"jobs": [JOB | {"status": "failed"}]},
        {"losses": Losses(lost=["job 7 is unknown"])},
        {"losses": Losses(stuck=["job 7 is queued"])},
        {"losses": Losses(missing=["no file"])},
        {"losses": Losses(doubled=["two files"])},
        {"untrue": ["a socket shows 'queued'"]},
        {"refused": ["answered 500"]},
    ],
)
def test_counts_disagree_when_anything_is_wrong(wrong: dict[str, Any]) -> None:
    figures = replace(GOOD, **wrong)
    assert not figures.agree
    assert list(figures.lines())[-1] == "The counts do not agree."


def test_figures_tell_how_often_steps_ran_again_and_how_long_a_job_took() -> None:
    assert (GOOD.ran_again, GOOD.longest) == (2, 9.0)


def test_table_is_followed_by_what_is_wrong() -> None:
    lines = list(replace(GOOD, losses=Losses(lost=[f"job {number} is unknown" for number in range(25)])).lines())
    assert "- job 0 is unknown" in lines
    assert "- and 5 more" in lines
