"""`python -m config.reload [--overlap] COMMAND…` restarts the command when Python that it has loaded changes.

With --overlap the new process starts while the old one still ends: for a worker, which listens at no port.
Where the time goes: watching 0.3 s; a worker's end 1.7 s (its pool's own pauses); and imports, of which all six
processes together have most. On two cores it took 4.7 s from a save to a step in the new code; 3.9 s beside their
predecessors; 1.5 s since those that run nothing of what changed wait for the others. On a machine half as fast that was
3.2 s, and is 2.8 s without Celery's other commands (config.celery_command). A new file took 8 s there, and takes 2.7 s
since it is the same with it (`scripts/bench reload`, medians of five).
The command reports which files it has loaded; they restart it, and so does a new file, which nobody has loaded yet:
at once where it names a queue that is served there, and in the web server.
A command that ends before its report, as with a syntax error, waits for any edit.
WATCHFILES_FORCE_POLLING=true polls, for mounts without inotify (Docker Desktop).
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from math import inf
from pathlib import Path
from types import FrameType

from watchfiles import PythonFilter, watch

from config.debugger import ADDRESS
from config.loaded import BACKEND, REPORT, Report

WATCHED = [
    BACKEND / "apps",
    BACKEND / "config",
    BACKEND / "pipelines",
    BACKEND / "chat",  # examples
    BACKEND / "tables",  # examples
]
PATIENCE = 5  # seconds
LATER = 3.0  # seconds: a command that runs nothing of what changed leaves the processors to those that do
PATIENCE_BESIDE = 60  # seconds for steps under way, while the new process works already; then they are repeated


class Reloader:
    """Runs one command, and runs it again when one of its files changes."""

    def __init__(self, command: list[str], report: Path, *, overlap: bool) -> None:
        self.command, self.report, self.overlap = command, report, overlap
        self.stopping = False
        self.known = {str(path) for folder in WATCHED for path in folder.rglob("*.py")}
        self.changed, self.restart_at = set[str](), inf  # what the next restart is for, and when it is due
        self.leaving: dict[subprocess.Popen[bytes], float] = {}  # older processes → when they have to be gone
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        self.report.unlink(missing_ok=True)
        return subprocess.Popen(self.command, env=os.environ | {REPORT: str(self.report)})  # noqa: S603

    def stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True
        for process in (self.process, *self.leaving):
            process.send_signal(signum)

    def concerned_at(self, changed: set[str]) -> float | None:
        """Return when to restart because of these changes, or None when they are none of the command's."""
        gone = {path for path in changed if not Path(path).exists()}
        new = changed - self.known - gone  # an editor that replaces a file makes no new one
        self.known = (self.known | new) - gone
        if not self.report.exists():
            return time.monotonic()
        wait = seconds_to_wait(changed, new, json.loads(self.report.read_text(encoding="utf-8")))
        return None if wait is None else time.monotonic() + wait

    def run(self) -> int:
        """Watch until told to stop, or until a command that once worked ends by itself. Returns its exit code."""
        announced = False
        for changes in watch(*WATCHED, watch_filter=PythonFilter(), rust_timeout=500, yield_on_timeout=True):
            self.see_off()
            ended = self.process.poll()
            if ended is not None and (self.stopping or self.report.exists()):
                break
            if ended is not None and not announced:
                announced = True
                say(f"the command ended with {ended}; edit a file to start it again")
            changed = {path for _, path in changes}
            if changed and (at := self.concerned_at(changed)) is not None:
                self.restart_at = min(at, self.restart_at)
                self.changed |= changed
            if time.monotonic() >= self.restart_at and not self.stopping:
                announced = False
                self.restart()
        for process in self.leaving:
            end(process)
        return self.process.wait()

    def restart(self) -> None:
        names = sorted(str(Path(path).relative_to(BACKEND)) for path in self.changed)
        say(f"{', '.join(names)} changed: restarting")
        self.changed, self.restart_at = set(), inf
        old = self.process
        if self.overlap and old.poll() is None:
            old.terminate()  # it takes nothing more on, and finishes what it runs beside the new one
            self.leaving[old] = time.monotonic() + PATIENCE_BESIDE
        else:
            end(old)
        self.process = self.start()
        if self.stopping:  # told so meanwhile
            self.process.terminate()

    def see_off(self) -> None:
        """Forget older processes that have ended, and end those that take too long."""
        for process, until in list(self.leaving.items()):
            if process.poll() is None and time.monotonic() > until:
                end(process)
            if process.poll() is not None:
                del self.leaving[process]


def seconds_to_wait(changed: set[str], new: set[str], report: Report) -> float | None:
    """Return how long a restart for these changes can wait for that of other commands, or None when it needs none."""
    waits = [0.0 if names_one(path, report["names"]) else LATER for path in new]
    for path in changed:
        places = {path, *map(str, Path(path).parents)}
        if places & {*report["loaded"]}:
            waits.append(LATER if places & {*report["waiting"]} else 0.0)
    return min(waits, default=None)


def names_one(path: str, names: list[str] | None) -> bool:
    """Whether a file has one of the names in its text: any file when there are no names to look for."""
    if names is None:
        return True
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:  # gone again
        return False
    return any(name in text for name in names)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process: warm, then cold (Celery's SIGQUIT ends its children too), then by force."""
    for name in ("SIGTERM", "SIGQUIT", "SIGKILL"):
        process.send_signal(getattr(signal, name, signal.SIGTERM))  # Windows knows SIGTERM alone
        try:
            process.wait(PATIENCE)
            return
        except subprocess.TimeoutExpired:
            continue


def say(text: str) -> None:
    print(f"reload: {text}", file=sys.stderr, flush=True)


def main() -> None:
    overlap, command = sys.argv[1:2] == ["--overlap"], sys.argv[1:]
    if overlap:
        command = command[1:]
    if not command:
        sys.exit("Usage: python -m config.reload [--overlap] COMMAND…")
    with tempfile.TemporaryDirectory() as folder:
        reloader = Reloader(command, Path(folder) / "loaded", overlap=overlap and not ADDRESS)
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, reloader.stop)
        sys.exit(reloader.run())


if __name__ == "__main__":
    main()
