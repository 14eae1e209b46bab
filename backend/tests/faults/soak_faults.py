"""What a soak does to a stack, drawn at random: the same seed draws the same. `cause` does it, and puts it right."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from config.queues import TABLE
from tests.faults.crowd import STAGE_OF
from tests.faults.fault_stack import WORKERS, FaultStack, docker

KINDS = {"a": "step's process killed", "b": "worker killed", "d": "Redis restarted or killed", "h": "web killed"}
MAX_AWAY = 5.0  # seconds until what was killed is started again
BEGUN_WITHIN = 10.0  # seconds

# Run in a worker's container, so that the process is hit within milliseconds, in the middle of its work.
KILL_NEXT = """
import os, signal, time
until = time.monotonic() + {seconds}
with open("/crowd/trace") as trace:
    trace.seek(0, os.SEEK_END)
    while time.monotonic() < until:
        line = trace.readline()
        if not line:
            time.sleep(0.002)
            continue
        job, label, attempt, event, pid = line.split("\\t")
        if event == "begun" and label.split()[0] == {stage!r}:
            os.kill(int(pid), signal.SIGKILL)
            print(label, "of job", job)
            break
"""


@dataclass(frozen=True)
class Fault:
    kind: str  # of KINDS
    queue: str  # for a and b
    away: float  # seconds that what is killed stays away; 0: Redis is restarted


def draw_faults(rng: Random) -> Iterator[Fault]:
    """Yield faults without end."""
    while True:
        kind, queue = rng.choice(list(KINDS)), rng.choice([row.name for row in TABLE])
        away = round(rng.uniform(0.5, MAX_AWAY), 1)
        restarted = rng.random() < 0.5 and kind == "d"
        yield Fault(kind=kind, queue=queue, away=0.0 if restarted else away)


def cause(stack: FaultStack, fault: Fault) -> str:
    """Return what was done as a sentence; empty when there was nobody to kill."""
    if fault.kind == "a":
        return _kill_next_step(stack, fault.queue)
    service = {"b": WORKERS[fault.queue], "d": "redis", "h": "web"}[fault.kind]
    if not fault.away:
        stack.restart(service)
        return f"{service} was restarted"
    stack.kill(service)
    time.sleep(fault.away)
    stack.start(service)
    return f"{service} was killed, and started after {fault.away} s"


def _kill_next_step(stack: FaultStack, queue: str) -> str:
    code = KILL_NEXT.format(seconds=BEGUN_WITHIN, stage=STAGE_OF[queue])
    killed = docker("exec", stack.container(WORKERS[queue]), "python", "-c", code).strip()
    return killed and f"{queue}: the process of {killed} was killed"
