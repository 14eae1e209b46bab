"""Many jobs at once, and whether all of them ended as they should. For the pipeline `crowd` of `probe`."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from testing.waiting import wait_until
from tests.site import Site

Json = dict[str, Any]

UNENDED = ("queued", "processing")
STEPS_OF = {"ingest": 1, "sum": 1, "close": 1}  # and as many parts as were asked for
STAGE_OF = {"ingestion_io": "ingest", "charts_cpu": "part", "ai": "sum", "default": "close"}  # by queue
WITHIN = 300.0  # seconds

# Run in the web process's environment: what the storage holds, against the rows.
STORED = """
import json
from django.core.files.storage import default_storage as storage
from apps.jobs.storage.files import _paths, job_folder
from apps.jobs.models import Artifact, Step
gone, extra = [], []
for job in {ids!r}:
    rows = dict(Artifact.objects.filter(job=job).values_list("path", "size"))
    gone += [path for path, size in rows.items() if not storage.exists(path) or storage.size(path) != size]
    done = Step.objects.filter(job=job, status="completed").values_list("pk", "attempt")
    kept = {{f"{{pk}}-{{attempt}}" for pk, attempt in done}}
    files = list(_paths(job_folder(job))) if storage.exists(job_folder(job)) else []
    extra += [path for path in files if path not in rows and path.split("/")[2] in kept]
print(json.dumps([gone, extra]))
"""


@dataclass(frozen=True)
class Start:
    """One run of one step, as the step itself wrote it down."""

    job: str
    label: str
    attempt: int
    event: str  # begun, held, worked, or refused: …
    pid: int  # in its container


@dataclass
class Losses:
    """What is wrong, each time as a sentence. All is well when it equals `Losses()`."""

    lost: list[str] = field(default_factory=list)  # accepted, but unknown now, or ended otherwise than completed
    stuck: list[str] = field(default_factory=list)  # not ended
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


class Crowd:
    """Jobs that were submitted together. `shell` runs Python in the stack's environment and returns what it prints."""

    def __init__(self, site: Site, *, shell: Callable[[str], str] | None = None, trace: Path | None = None) -> None:
        self.site, self.shell, self.trace = site, shell, trace
        self.submitted: dict[str, Json] = {}  # options by id
        self.client = site.client()

    def submit(self, jobs: int = 20, **options: Any) -> list[str]:
        """Submit jobs and return their ids. Each answer has to be 201."""
        return [self._submit(options) for _ in range(jobs)]

    def _submit(self, options: Json) -> str:
        answer = self.client.post("/api/jobs/", json={"kind": "crowd", "options": options})
        assert answer.status_code == 201, f"{answer.status_code}: {answer.text}"
        job = answer.json()
        self.submitted[job["id"]] = job["options"]
        return str(job["id"])

    def read(self, job_id: str) -> Json:
        job: Json = self.client.get(f"/api/jobs/{job_id}/").raise_for_status().json()
        return job

    def states(self) -> Iterator[Json]:
        for job_id in self.submitted:
            yield self.read(job_id)

    def unended(self) -> set[str]:
        """Return the ids of the jobs that have not ended: queued first, as a job never goes back to it by itself."""
        return {job["id"] for status in UNENDED for job in self.listed(status) if job["id"] in self.submitted}

    def listed(self, status: str = "") -> Iterator[Json]:
        address: str | None = "/api/jobs/?kind=crowd" + (f"&status={status}" if status else "")
        while address:
            page = self.client.get(address).raise_for_status().json()
            yield from page["results"]
            address = page["next"]

    def wait(self, *, seconds: float = WITHIN) -> float:
        """Wait until every job has ended, or the time is up: `count` tells which are stuck. Returns the seconds."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            try:
                if not self.unended():
                    break
            except httpx.HTTPError:  # the web server is one of the things that are killed
                pass
            time.sleep(0.3)
        return time.monotonic() - begun

    def wait_until_begun(self, stage: str, *, steps: int = 1) -> None:
        """Wait until so many steps of a stage are in the middle of their work."""
        wait_until(lambda: len(self.running(stage)) >= steps, what=f"{steps} steps of {stage} to run", seconds=WITHIN)

    def starts(self) -> list[Start]:
        """Return what the steps wrote down, the oldest first."""
        lines = [line.split("\t") for line in self.trace.read_text().splitlines()] if self.trace else []
        found = [Start(job, label, int(attempt), event, int(pid)) for job, label, attempt, event, pid in lines]
        return [start for start in found if start.job in self.submitted]

    def running(self, stage: str, event: str = "begun") -> list[Start]:
        """Return the runs of a stage that have begun, and not come to the end of their work."""
        last = {(start.job, start.label, start.attempt): start for start in self.starts()}
        return [start for start in last.values() if start.event == event and start.label.split()[0] == stage]

    def after(self, start: Start) -> Start:
        """Wait for what the same step writes down next, in this run or another, and return it."""

        def following() -> list[Start]:
            starts = self.starts()
            later = starts[starts.index(start) + 1 :]
            return [other for other in later if (other.job, other.label) == (start.job, start.label)]

        wait_until(following, what=f"{start} to go on", seconds=WITHIN)
        return following()[0]

    def again(self, stage: str) -> int:
        """Return how many runs of a stage were not the first of their step."""
        begun = [start for start in self.starts() if start.event == "begun" and start.label.split()[0] == stage]
        return sum(start.attempt > 1 for start in begun)

    def count(self) -> Losses:
        """Compare every job with what it should be."""
        losses = Losses()
        for job_id, options in self.submitted.items():
            answer = self.client.get(f"/api/jobs/{job_id}/")
            if answer.status_code == 404:
                losses.lost.append(f"{job_id} is unknown")
                continue
            job = answer.raise_for_status().json()
            if job["status"] in UNENDED:
                losses.stuck.append(f"{job_id} is {job['status']}: {_unended_steps(job)}")
            elif job["status"] != "completed":
                losses.lost.append(f"{job_id} is {job['status']}: {job['error']}")
            else:
                self._count_completed(job, options, losses)
            self._count_starts(job, losses)
        self._count_stored(losses)
        return losses

    def _count_completed(self, job: Json, options: Json, losses: Losses) -> None:
        parts = options["parts"]
        total = parts * (parts - 1) // 2
        if job["result"] != {"sum": total}:
            losses.missing.append(f"{job['id']} has the result {job['result']}")
        steps = Counter(step["stage"] for step in job["steps"])
        _compare(steps, Counter(STEPS_OF | {"part": parts}), f"steps of {job['id']}", losses)
        if unended := _unended_steps(job):
            losses.stuck.append(f"{job['id']} is completed, but not {unended}")
        names = Counter(artifact["name"] for artifact in job["artifacts"])
        expected = {f"part-{number}.txt": f"{number}\n" for number in range(parts)} | {"sum.txt": f"{total} of attempt"}
        _compare(names, Counter(list(expected)), f"artifacts of {job['id']}", losses)
        for artifact in job["artifacts"]:
            answer = self.client.get(artifact["url"])
            if answer.status_code != 200 or not answer.text.startswith(expected.get(artifact["name"], "")):
                losses.missing.append(f"{artifact['name']} of {job['id']}: {answer.status_code} {answer.text[:80]}")

    def _count_starts(self, job: Json, losses: Losses) -> None:
        """Each attempt that the database knows began at most once, and nothing began that it doesn't know."""
        attempts = {step["label"]: step["attempt"] for step in job["steps"]}
        begun = Counter((s.label, s.attempt) for s in self.starts() if s.job == job["id"] and s.event == "begun")
        for (label, attempt), times in begun.items():
            if times > 1 or attempt > attempts.get(label, 0):
                losses.doubled.append(f"attempt {attempt} at {label} of {job['id']} began {times} times")

    def _count_stored(self, losses: Losses) -> None:
        if not self.shell:
            return
        gone, extra = json.loads(self.shell(STORED.format(ids=list(self.submitted))).splitlines()[-1])
        losses.missing += [f"no file at {path}" for path in gone]
        losses.doubled += [f"{path} is no artifact's" for path in extra]


def _unended_steps(job: Json) -> list[str]:
    return [f"{s['label']} {s['status']} {s['attempt']}" for s in job["steps"] if s["status"] != "completed"]


def _compare(found: Counter[str], expected: Counter[str], what: str, losses: Losses) -> None:
    losses.missing += [f"{name} of the {what}" for name in (expected - found)]
    losses.doubled += [f"{name} of the {what}" for name in (found - expected)]
