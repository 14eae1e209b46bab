"""`python -m config.reload COMMAND…` restarts the command when Python that it has loaded changes. Development only.

The command reports which files it has loaded; they restart it, and files that are new: nobody knows yet whose they are.
A command that ends before its report, as with a syntax error, waits for any edit.
WATCHFILES_FORCE_POLLING=true polls, for mounts without inotify (Docker Desktop).
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType

from watchfiles import PythonFilter, watch

from config.loaded import BACKEND, REPORT

WATCHED = [BACKEND / "apps", BACKEND / "config", BACKEND / "pipelines"]
PATIENCE = 5  # seconds


class Reloader:
    """Runs one command, and runs it again when one of its files changes."""

    def __init__(self, command: list[str], report: Path) -> None:
        self.command, self.report = command, report
        self.stopping = False
        self.known = {str(path) for folder in WATCHED for path in folder.rglob("*.py")}
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        self.report.unlink(missing_ok=True)
        return subprocess.Popen(self.command, env=os.environ | {REPORT: str(self.report)})  # noqa: S603

    def stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True
        self.process.send_signal(signum)

    def concerns(self, changed: set[str]) -> bool:
        new = changed - self.known  # an editor that replaces a file makes no new one
        self.known |= new
        if new or not self.report.exists():
            return True
        loaded = set(self.report.read_text(encoding="utf-8").splitlines())
        return any(loaded & {path, *map(str, Path(path).parents)} for path in changed)

    def run(self) -> int:
        """Watch until told to stop, or until a command that once worked ends by itself. Returns its exit code."""
        announced = False
        for changes in watch(*WATCHED, watch_filter=PythonFilter(), rust_timeout=500, yield_on_timeout=True):
            ended = self.process.poll()
            if ended is not None and (self.stopping or self.report.exists()):
                return ended
            if ended is not None and not announced:
                announced = True
                say(f"the command ended with {ended}; edit a file to start it again")
            changed = {path for _, path in changes}
            if changed and not self.stopping and self.concerns(changed):
                announced = False
                names = sorted(str(Path(path).relative_to(BACKEND)) for path in changed)
                say(f"{', '.join(names)} changed: restarting")
                self.end()
                self.process = self.start()
        return self.process.wait()

    def end(self) -> None:
        """End the command: warm, then cold (Celery's SIGQUIT ends its children too), then by force."""
        for name in ("SIGTERM", "SIGQUIT", "SIGKILL"):
            self.process.send_signal(getattr(signal, name, signal.SIGTERM))  # Windows knows SIGTERM alone
            try:
                self.process.wait(PATIENCE)
                return
            except subprocess.TimeoutExpired:
                continue


def say(text: str) -> None:
    print(f"reload: {text}", file=sys.stderr, flush=True)


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit("Usage: python -m config.reload COMMAND…")
    with tempfile.TemporaryDirectory() as folder:
        reloader = Reloader(sys.argv[1:], Path(folder) / "loaded")
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, reloader.stop)
        sys.exit(reloader.run())


if __name__ == "__main__":
    main()
