"""What the benchmark adds to a copy of the backend: jobs of n steps that do nothing, and the bare tasks beside them."""

import os

from apps.jobs.pipelines import Json, Options, Pipeline, Plan, Planned, Stage, register

from . import bare as bare

SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "1").split(",")]


class Reporting(Options):
    seconds: float = 10


class Comparing(Options):
    reports: int = 100


def plan_steps(size: int) -> Plan:
    def plan(results: list[Json]) -> list[Planned]:
        return [Planned(label=f"step {number}", input={}) for number in range(size)]

    return plan


def add(kind: str, queue: str, run: str, *, plan: Plan | None = None, options: type[Options] = Options) -> None:
    stage = Stage(name="work", queue=queue, run=f"{__name__}.work.{run}", plan=plan)
    register(Pipeline(kind=kind, title=kind, description="Measures", options=options, stages=(stage,)))


for _size in {1, *SIZES}:
    add(f"bench_{_size}", "charts_cpu", "do_nothing", plan=plan_steps(_size))
add("bench_compare_reports", "charts_cpu", "compare_reports", options=Comparing)
add("bench_report", "ai", "report_often", options=Reporting)
