"""The stacks that the browser suite drives. Each is started for it alone, on free ports, and leaves nothing behind."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from native.environment import PERSONAL, PORTS, ROOT, given_environment, native_environment
from native.ports import free_port
from native.up import READY
from testing.commands import end, run

NATIVE_WITHIN = 120.0  # seconds
COMPOSE_WITHIN = 900.0  # seconds; the images may have to be built
DOWN_WITHIN = 180.0  # seconds

# One name each for all runs, so that images don't pile up as projects come and go.
IMAGES = {"BACKEND_IMAGE": "test-browser-backend", "FRONTEND_IMAGE": "test-browser-frontend"}


class NotReady(Exception):
    """The stack did not come up. What it logged is printed."""


def engine_answers() -> bool:
    """Tell whether there is a Docker engine, and a Compose to talk to it."""
    if not shutil.which("docker"):
        return False
    questions = (["docker", "compose", "version"], ["docker", "info"])
    return all(subprocess.run(question, capture_output=True).returncode == 0 for question in questions)


@contextmanager
def compose_stack(*, log: Path) -> Iterator[dict[str, str]]:
    """Run the Compose stack as `scripts/up` does, as a project of its own. Yield its variables."""
    variables = dict.fromkeys(PERSONAL, "") | IMAGES | _free_ports()
    variables |= {
        "STACK": "compose",
        "COMPOSE_FILE": str(ROOT / "docker-compose.yml"),
        "COMPOSE_PROJECT_NAME": f"test-browser-{variables['WEB_PORT']}",
    }

    def compose(*arguments: str, seconds: float) -> int:
        return run(["docker", "compose", *arguments], directory=ROOT, seconds=seconds, variables=variables, log=log)

    try:
        if compose("up", "--build", "--wait", "--quiet-pull", seconds=COMPOSE_WITHIN):
            compose("logs", "--no-color", "--tail", "20", seconds=DOWN_WITHIN)
            compose("ps", "--all", seconds=DOWN_WITHIN)
            raise _not_ready("Compose", log)
        yield variables
        compose("logs", "--no-color", seconds=DOWN_WITHIN)
    finally:
        compose("down", "--volumes", "--remove-orphans", "--timeout", "20", seconds=DOWN_WITHIN)


@contextmanager
def native_stack(*, log: Path) -> Iterator[dict[str, str]]:
    """Run the native stack as `scripts/up --native` does, on data of its own. Yield its processes' environment."""
    with tempfile.TemporaryDirectory(prefix="test-browser-", ignore_cleanup_errors=True) as folder:
        variables = dict.fromkeys(PERSONAL, "") | {"DATA_DIR": folder} | _free_ports()
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "native.up"],
                cwd=ROOT / "scripts",
                env=os.environ | variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            until = time.monotonic() + NATIVE_WITHIN
            while READY not in log.read_text(errors="replace"):
                if process.poll() is not None or time.monotonic() > until:
                    raise _not_ready("native", log)
                time.sleep(0.2)
            own = native_environment(given_environment(os.environ | variables))
            yield variables | own | {"STACK": "native", "PYTHON": sys.executable}
        finally:
            end(process)


def _free_ports() -> dict[str, str]:
    return {port.variable: str(free_port()) for port in PORTS}


def _not_ready(name: str, log: Path) -> NotReady:
    print(log.read_text(errors="replace")[-10_000:], flush=True)
    return NotReady(f"the {name} stack did not become ready; the end of its log is above, all of it is in {log}")
