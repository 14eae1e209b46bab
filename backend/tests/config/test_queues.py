from dataclasses import replace
from itertools import pairwise

import pytest

from config import env
from config.queues import QUEUES, TABLE, VISIBILITY_TIMEOUT, UnknownQueue, choose_pool, get_queue, overridden
from config.worker import BadOption, build_options, chosen_queue, together

CHARTS = next(row for row in TABLE if row.name == "charts_cpu")
AI = next(row for row in TABLE if row.name == "ai")


def test_misspelt_queue_names_the_queues_there_are() -> None:
    with pytest.raises(UnknownQueue, match=r"'chart_cpu'.*ingestion_io, charts_cpu, ai, default"):
        get_queue("chart_cpu")


@pytest.mark.parametrize(("platform", "pool"), [("linux", "prefork"), ("darwin", "prefork"), ("win32", "solo")])
def test_auto_is_prefork_and_solo_on_windows(platform: str, pool: str) -> None:
    assert choose_pool("auto", platform) == pool


def test_explicit_pool_wins_on_windows() -> None:
    assert choose_pool("threads", "win32") == "threads"


def test_solo_runs_one_task_at_a_time() -> None:
    assert overridden(CHARTS, "win32").concurrency == 1


def test_gevent_brings_its_own_concurrency(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_POOL", "gevent")
    assert (overridden(AI).pool, overridden(AI).concurrency) == ("gevent", 200)


def test_number_of_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_POOL", "gevent")
    monkeypatch.setenv("AI_CONCURRENCY", "50")
    assert overridden(AI).concurrency == 50


def test_unknown_pool_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_POOL", "eventlet")
    with pytest.raises(env.BadVariable, match=r"AI_POOL is 'eventlet'.*gevent"):
        overridden(AI)


def test_soft_limit_has_to_be_below_the_hard_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_TIME_LIMIT", "50")
    with pytest.raises(env.BadVariable, match="AI_SOFT_TIME_LIMIT is 50, AI_TIME_LIMIT 50"):
        overridden(AI)


def test_visibility_timeout_outlasts_every_queue() -> None:
    assert all(queue.time_limit * (queue.prefetch_multiplier + 1) < VISIBILITY_TIMEOUT for queue in QUEUES.values())


def test_command_line_keeps_the_promise_of_the_row() -> None:
    options = dict(pairwise(build_options(overridden(CHARTS, "linux"))))
    assert options["--queues"] == "charts_cpu"
    assert options["--pool"] == "prefork"
    assert options["--concurrency"] == "2"
    assert options["--prefetch-multiplier"] == "1"
    assert options["--max-tasks-per-child"] == "50"
    assert options["--max-memory-per-child"] == "200000"


def test_one_worker_serves_several_queues() -> None:
    options = dict(pairwise(build_options(chosen_queue("ingestion_io, charts_cpu,ai"))))
    assert options["--queues"] == "ingestion_io,charts_cpu,ai"
    assert options["--hostname"] == "ingestion_io+charts_cpu+ai@%h"
    assert options["--concurrency"] == "4"
    assert options["--prefetch-multiplier"] == "1"
    assert options["--max-tasks-per-child"] == "50"


def test_pool_concurrency_and_options_of_celery_are_passed_on() -> None:
    queue = chosen_queue("ingestion_io,ai", pool="threads", concurrency=8)
    argv = build_options(queue, "--autoscale", "8,2")
    assert (dict(pairwise(argv))["--pool"], dict(pairwise(argv))["--concurrency"]) == ("threads", "8")
    assert argv[-2:] == ["--autoscale", "8,2"]
    assert chosen_queue("ai", pool="gevent").concurrency == 200


def test_queues_that_ask_for_different_pools_need_one() -> None:
    rows = [replace(AI, pool="gevent"), replace(CHARTS, pool="prefork")]
    with pytest.raises(BadOption, match="the pools gevent, prefork"):
        together(rows)


def test_prefork_is_refused_on_windows_with_what_to_use() -> None:
    with pytest.raises(BadOption, match="--pool threads"):
        chosen_queue("ai", pool="prefork", platform="win32")
    assert chosen_queue("ai", pool="auto", platform="win32").pool == "solo"


def test_misspelt_queue_among_several_is_named() -> None:
    with pytest.raises(UnknownQueue, match="'aii'"):
        chosen_queue("ai,aii")
