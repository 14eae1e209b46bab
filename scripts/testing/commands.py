"""Runs one command of a suite, with a limit on its time."""

import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from native.processes import NOT_ENDED, Service, run_to_end


def run(command: Sequence[str], *, directory: Path, seconds: float, variables: Mapping[str, str] | None = None) -> int:
    """Run the command, and end it and its children at the limit. Return its exit code. It writes where we do."""
    print("$", " ".join(command), flush=True)
    environment = {**os.environ, **(variables or {})}
    # Interrupted as by Ctrl-C, so that a test runner cleans up.
    service = Service(command[0], command, directory, environment, stop_signal=signal.SIGINT)
    code = run_to_end(service, seconds=seconds)
    if code == NOT_ENDED:
        print(f"It did not end within {seconds:.0f} s and was stopped.", flush=True)
    return code
