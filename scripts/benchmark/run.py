"""`scripts/bench`: measures the engine beside bare Celery, prints a table and writes .data/bench.json.

Both sides run in turn, in one run, on the same worker with the same settings; each figure is the median of the runs.
Only ratios travel to another machine. What the bare side does, and what it doesn't, stands in pipeline/bare.py.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from statistics import median

from benchmark import reload as reloading
from benchmark import sockets as watching
from benchmark.memory import memory_of
from benchmark.stack import WORKERS, Measured, measured_stack
from native.environment import ROOT
from testing.compose import ComposeFailed, engine_answers


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    runs: int
    sizes: tuple[int, ...]
    times: int  # of what takes milliseconds
    others: int  # steps that wait before one's own
    large: int  # steps of the job whose messages are weighed
    sockets: tuple[int, ...]
    seconds: float  # for which they watch


FULL = Scale(
    runs=5, sizes=(10, 100, 1_000, 10_000), times=20, others=100_000, large=10_000, sockets=(10, 100, 500), seconds=20
)
QUICK = Scale(runs=1, sizes=(10,), times=3, others=1_000, large=300, sockets=(10,), seconds=10)


@dataclass(frozen=True)
class Row:
    """A line of the table: of the engine, and of what it is compared with."""

    what: str
    unit: str
    engine: float
    bare: float | None = None

    def __str__(self) -> str:
        bare = "" if self.bare is None else f"{self.bare:12,.1f} {self.engine / self.bare:9.2f}"
        return f"{self.what:<52} {self.unit:<8} {self.engine:12,.1f} {bare}"


def medians(scale: Scale, measure: Callable[[], dict[str, float]]) -> dict[str, float]:
    found = [measure() for _ in range(scale.runs)]
    return {name: median(run[name] for run in found) for name in found[0]}


def throughput(stack: Measured, scale: Scale) -> Iterator[Row]:
    stack.measure("steps", scale.sizes[0])  # processes start, connections open
    for size in scale.sizes:
        found = medians(scale, lambda size=size: stack.measure("steps", size))  # type: ignore[misc]
        yield Row(f"one job of {size:,} steps | bare tasks", "steps/s", found["engine"], found["bare"])


def start(stack: Measured, scale: Scale) -> Iterator[Row]:
    found = medians(scale, lambda: stack.measure("start", scale.times))
    yield Row("submit until a step begins | apply_async and one row", "ms", found["engine"], found["bare"])


def report(stack: Measured, scale: Scale) -> Iterator[Row]:
    found = medians(scale, lambda: stack.measure("report", 10 * scale.times))
    yield Row("a report that is sent | a row and a publish", "µs", found["sent"], found["by_hand"])
    yield Row("a report that is coalesced away", "µs", found["coalesced"])


def claim(stack: Measured, scale: Scale) -> Iterator[Row]:
    found = medians(scale, lambda: stack.measure("claim", scale.others))
    yield Row(f"a claim behind {scale.others:,} waiting steps | none", "ms", found["crowded"], found["alone"])


def messages(stack: Measured, scale: Scale) -> Iterator[Row]:
    found = stack.measure("sizes", scale.large)
    yield Row(f"snapshot of a job of {scale.large:,} steps", "bytes", found["snapshot"])
    yield Row(f"update of a job of {scale.large:,} steps", "bytes", found["update"])


def sockets(stack: Measured, scale: Scale) -> Iterator[Row]:
    stack.project.up(WORKERS["ai"], variables={"AI_POOL": "gevent"})
    for count in scale.sockets:

        def measure(count: int = count) -> dict[str, float]:
            jobs = stack.measure("watched", -(-count // watching.EACH), scale.seconds)
            return asyncio.run(watching.watch_all(stack.websocket_url, jobs, count))

        found = medians(scale, measure)
        yield Row(f"{count} sockets opened at once: until the last snapshot", "s", found["opened"])
        yield Row(f"from a report to {count} sockets, five a second, p50", "ms", found["p50"])
        yield Row(f"from a report to {count} sockets, five a second, p95", "ms", found["p95"])
        yield Row(f"of {count} sockets ended with a wrong state", "sockets", found["wrong"])


def memory(stack: Measured, scale: Scale) -> Iterator[Row]:
    stack.project.up()
    for process, mib in memory_of(stack.project):
        yield Row(process, "MiB", mib)


def reload(scale: Scale) -> Iterator[Row]:
    with reloading.development_stack() as stack:
        new, edit = reloading.seconds_to_run(stack, scale.runs)
    yield Row("from saving a new pipeline until it has run", "s", new)
    yield Row("from saving an edit until the new code has run", "s", edit)


PARTS = {part.__name__: part for part in (throughput, start, report, claim, messages, sockets, memory)}
ON_THEIR_OWN = {"reload": reload}  # each on a stack of its own
EVERY = [*PARTS, *ON_THEIR_OWN]


def bench(scale: Scale, parts: list[str]) -> list[Row]:
    print("Building and starting a stack of its own", flush=True)
    rows = list[Row]()
    for row in measure(scale, parts):
        if not rows:
            print(f"{'engine | bare':<52} {'':<8} {'engine':>12} {'bare':>12} {'ratio':>9}", flush=True)
        print(row, flush=True)
        rows.append(row)
    return rows


def measure(scale: Scale, parts: list[str]) -> Iterator[Row]:
    if together := [name for name in parts if name in PARTS]:
        with measured_stack(sorted({*scale.sizes, scale.large})) as stack:
            for name in together:
                yield from PARTS[name](stack, scale)
    for name in parts:
        if name in ON_THEIR_OWN:
            yield from ON_THEIR_OWN[name](scale)


def save(rows: list[Row], scale: Scale, name: str) -> None:
    file = ROOT / ".data" / name
    file.parent.mkdir(exist_ok=True)
    load = os.getloadavg() if hasattr(os, "getloadavg") else None
    figures = {"scale": asdict(scale), "load_at_the_end": load, "rows": [asdict(row) for row in rows]}
    file.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    print(f"Written to {file}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"of {', '.join(EVERY)}; default: all")
    parser.add_argument("--quick", action="store_true", help="tiny, to see that it works; its figures mean nothing")
    parser.add_argument("--sizes", metavar="N,N", help="steps of the jobs of `throughput`; default: 10,100,1000,10000")
    parser.add_argument("--runs", type=int, metavar="N", help=f"default: {FULL.runs}")
    given = parser.parse_args()
    if unknown := set(given.part) - set(EVERY):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if not engine_answers():
        parser.error("no Docker engine answers")
    scale = QUICK if given.quick else FULL
    if given.runs:
        scale = replace(scale, runs=given.runs)
    if given.sizes:
        scale = replace(scale, sizes=tuple(map(int, given.sizes.split(","))))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the stack is taken down, as after Ctrl-C
    try:
        save(bench(scale, given.part or EVERY), scale, "bench-quick.json" if given.quick else "bench.json")
    except ComposeFailed as error:  # what Docker said
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
