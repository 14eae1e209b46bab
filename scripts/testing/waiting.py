"""Waiting for what a test can't bring about by itself."""

import time
from collections.abc import Callable

WITHIN = 60.0  # seconds; the machine may be busy with other suites


def wait_until(condition: Callable[[], object], *, what: str, seconds: float = WITHIN) -> None:
    """Wait for a condition, asking ten times a second. Raises TimeoutError, naming what was waited for."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"Waited {seconds:.0f} s for {what}")
        time.sleep(0.1)
