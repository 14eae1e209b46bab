"""`scripts/soak`: small jobs in Docker while something breaks every 20 s. In the end the counts agree, or it fails."""

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from random import Random
from types import FrameType

import httpx

from config.queues import TABLE
from native.environment import ROOT
from testing.compose import engine_answers, free_ports, project
from tests.faults.crowd import UNENDED
from tests.faults.fault_stack import WORKERS, FaultStack, docker, share
from tests.faults.figures import Figures
from tests.faults.large_crowd import LargeCrowd
from tests.faults.reopening import ReopeningSocket
from tests.faults.soak_faults import cause, draw_faults

FAULT_EVERY = 20.0  # seconds
STUCK_AFTER = 180.0  # seconds without the end of any job; the longest that the reconciler needs is half of it
SEEN_WITHIN = 60.0  # seconds until a socket shows that its job has ended
ANSWERED_WITHIN = 180.0  # seconds until a submit is answered, however often it has to be repeated
SOCKETS = 10  # at once
OPTIONS = {"parts": 1, "seconds": 0.1}  # of each job; a step takes so many seconds

# A busy machine is no fault: no step may run out of time on it. A worker that is silent is taken for dead after 30 s.
LIMITS = {
    f"{row.name.upper()}_{limit}": number
    for row in TABLE
    for limit, number in (("CONCURRENCY", "4"), ("SOFT_TIME_LIMIT", "50"), ("TIME_LIMIT", "60"))
}
NAME = "soak"  # of the Compose project
LOG = ROOT / ".data" / "soak.log"
OVERRIDE = "services:\n" + "".join(
    f"  {worker}: {{ environment: {{ CROWD_TRACE: /crowd/trace }}, volumes: ['./crowd:/crowd'] }}\n"
    for worker in WORKERS.values()
)
STATUSES = "select status || ' ' || count(*) from jobs_job group by status"
PSQL = f'PGPASSWORD=$POSTGRES_PASSWORD psql -h 127.0.0.1 -U app -d app -Atqc "{STATUSES}"'


class Soak:
    """One run on a stack that is up."""

    def __init__(self, stack: FaultStack, *, minutes: float, jobs: int, seed: int) -> None:
        self.stack, self.seconds, self.jobs = stack, minutes * 60, jobs
        self.crowd = LargeCrowd(stack.site, shell=stack.shell, trace=stack.trace)
        self.drawn = draw_faults(Random(seed))
        self.faults: Counter[str] = Counter()
        self.sockets: list[ReopeningSocket] = []
        self.watching: set[asyncio.Task[None]] = set()
        self.all_are_submitted = False
        self.repeated = 0
        self.refused: list[str] = []
        self.postgres = stack.container("postgres")
        self.begun = time.monotonic()

    async def run(self) -> None:
        """Submit and break, then wait until every job has ended and every socket has seen it."""
        self.begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(self.tell_each_minute())
            breaking = group.create_task(self.break_things())
            await self.submit_all(group)
            await breaking
            await self.wait_until_quiet()
            if self.watching:
                await asyncio.wait(self.watching, timeout=SEEN_WITHIN)
            for task in (telling, *self.watching):
                task.cancel()

    async def submit_all(self, group: asyncio.TaskGroup) -> None:
        async with httpx.AsyncClient(
            base_url=self.stack.site.url, headers=self.stack.site.headers, timeout=15
        ) as client:
            for number in range(self.jobs):
                await self.wait_until(number * self.seconds / self.jobs)
                job_id = await self.submit(client, number)
                if len(self.watching) < SOCKETS:
                    self.watch(job_id, group)
        self.all_are_submitted = True
        late = time.monotonic() - self.begun - self.seconds
        self.say(f"the last of {self.jobs} jobs was submitted" + (f", {late:.0f} s late" if late > 1 else ""))

    async def submit(self, client: httpx.AsyncClient, number: int) -> str:
        """Submit until there is an answer, always with the same key, and return the job's id."""
        body = {"kind": "crowd", "options": OPTIONS}
        headers = {"Idempotency-Key": f"soak-{number}"}
        async with asyncio.timeout(ANSWERED_WITHIN):
            while True:
                with suppress(httpx.TransportError):
                    answer = await client.post("/api/jobs/", json=body, headers=headers)
                    if answer.is_success:
                        job = answer.json()
                        self.crowd.submitted[job["id"]] = job["options"]
                        return str(job["id"])
                    self.refused.append(f"submit {number} was answered {answer.status_code}: {answer.text[:200]}")
                self.repeated += 1
                await asyncio.sleep(0.5)

    def watch(self, job_id: str, group: asyncio.TaskGroup) -> None:
        socket = ReopeningSocket(self.stack.site, job_id)
        self.sockets.append(socket)
        task = group.create_task(socket.watch())
        self.watching.add(task)
        task.add_done_callback(self.watching.discard)

    async def break_things(self) -> None:
        """Break something every 20 s until every job has been submitted."""
        for number, fault in enumerate(self.drawn, 1):
            await self.wait_until(number * FAULT_EVERY)
            if self.all_are_submitted:
                return
            if done := await asyncio.to_thread(cause, self.stack, fault):
                self.faults[fault.kind] += 1
                self.say(f"{fault.kind}  {done}")
            else:
                self.say(f"{fault.kind}  {fault.queue}: nothing began that could be killed")

    async def wait_until_quiet(self) -> None:
        """Wait until every job has ended, or none does any more."""
        left, since = -1, time.monotonic()
        while (waiting := (await self.statuses())["waiting"]) and time.monotonic() - since < STUCK_AFTER:
            if waiting != left:
                left, since = waiting, time.monotonic()
            await asyncio.sleep(3)

    async def tell_each_minute(self) -> None:
        for minute in count(1):
            await self.wait_until(minute * 60)
            statuses = await self.statuses()
            counts = "".join(f", {number} {status}" for status, number in sorted(statuses.items()))
            self.say(f"{len(self.crowd.submitted)} submitted{counts}")

    async def statuses(self) -> Counter[str]:
        """Return how many jobs there are of each status; queued and processing are `waiting`."""
        lines = await asyncio.to_thread(docker, "exec", self.postgres, "sh", "-c", PSQL)
        found: Counter[str] = Counter(waiting=0, completed=0)
        for status, number in map(str.split, lines.splitlines()):
            found["waiting" if status in UNENDED else status] += int(number)
        return found

    def figures(self) -> Figures:
        self.say("counting")
        jobs = self.crowd.read_all()
        truth = {job["id"]: job for job in jobs}
        return Figures(
            submitted=len(self.crowd.submitted),
            jobs=jobs,
            losses=self.crowd.count(),
            faults=self.faults,
            sockets=len(self.sockets),
            reopened=sum(max(0, socket.opened - 1) for socket in self.sockets),
            untrue=[
                f"the socket of {socket.job_id} shows {socket.state['status']!r}, version {socket.state['version']}"
                for socket in self.sockets
                if socket.state != truth.get(socket.job_id)
            ],
            repeated=self.repeated,
            refused=self.refused,
        )

    async def wait_until(self, seconds: float) -> None:
        """Sleep until so long after the beginning."""
        await asyncio.sleep(max(0.0, self.begun + seconds - time.monotonic()))

    def say(self, text: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self.begun), 60)
        print(f"{minutes:02}:{seconds:02}  {text}", flush=True)


@contextmanager
def soaked_stack() -> Iterator[FaultStack]:
    """The development stack with the crowd's pipeline, as a project of its own. What it logged stays in LOG."""
    LOG.parent.mkdir(exist_ok=True)
    variables = free_ports("WEB_PORT", "FRONTEND_PORT", "FLOWER_PORT") | LIMITS | {"WATCH_POLLING": "false"}
    with (
        tempfile.TemporaryDirectory(dir=LOG.parent, prefix="soak-") as name,
        project(
            name=NAME, file="docker-compose.yml", override=OVERRIDE, folder=Path(name), variables=variables
        ) as stack,
    ):
        shutil.copytree(Path(__file__).with_name("probe"), stack.folder / "backend" / "pipelines" / "probe")
        faults = FaultStack(stack)
        share(faults.folder, faults.trace)
        stack.compose("build", "migrate")
        stack.up("web", "beat", *WORKERS.values())
        try:
            yield faults
        finally:
            LOG.write_text(stack.compose("logs", "--no-color", "--timestamps", check=False))


def interrupt(signum: int, frame: FrameType | None) -> None:
    """End what runs. Whoever is impatient doesn't keep it from cleaning up."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def soak(*, minutes: float, jobs: int, seed: int) -> int:
    """Return the exit code."""
    print(f"{jobs} jobs in {minutes:g} minutes, seed {seed}. Building and starting the stack", flush=True)
    with soaked_stack() as stack:
        run = Soak(stack, minutes=minutes, jobs=jobs, seed=seed)
        asyncio.run(run.run())
        figures = run.figures()
    print("", *figures.lines(), f"What the stack logged is in {LOG}", sep="\n", flush=True)
    return 0 if figures.agree else 1


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/soak",
        description="Starts a development stack of its own in Docker, submits small jobs at a steady rate, and breaks "
        "something every 20 s, drawn at random: the process of a step, a worker, Redis or the web server. In the end "
        "every job has to be completed, once, with all of its files, and every socket that watched has to show it.",
        epilog="It ends with 0 when the counts agree, else with 1. Nothing of the stack stays, also after Ctrl-C.",
    )
    parser.add_argument("minutes", nargs="?", type=float, default=15, help="how long to submit and break (default: 15)")
    parser.add_argument(
        "--jobs-per-minute", type=float, default=2000 / 15, metavar="N", help="default: 133.3, or 2,000 in 15 minutes"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="draw the faults of an earlier run again")
    given = parser.parse_args()
    jobs = round(given.minutes * given.jobs_per_minute)
    if jobs < 1:
        parser.error("that makes no job at all")
    if not engine_answers():
        parser.error("no Docker engine answers")
    if docker("ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={NAME}"):
        parser.error(f"a soak is running; if it is not, this removes what is left: docker compose -p {NAME} down -v")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        return soak(
            minutes=given.minutes, jobs=jobs, seed=Random().randrange(10_000) if given.seed is None else given.seed
        )
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
        return 130
    except AssertionError as error:  # what Docker said
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
