"""Runs one command of a suite, with a limit on its time."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

NOT_ENDED = 124  # the exit code that `timeout` gives


def run(
    command: Sequence[str],
    *,
    directory: Path,
    seconds: float,
    variables: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> int:
    """Run the command, and end it and its children at the limit. Return its exit code.

    What it writes is ours to show, or is added to the log.
    """
    print("$", " ".join(command), flush=True)
    with log.open("ab") if log else nullcontext() as output:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env={**os.environ, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        print(f"It did not end within {seconds:.0f} s and is stopped.", flush=True)
        return NOT_ENDED
    finally:
        end(process)


def end(process: subprocess.Popen[bytes], *, patience: float = 30) -> None:
    """Interrupt the process as Ctrl-C would, give it time to clean up, then end what is left of its group."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=patience)
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
