"""The stacks that the browser suite drives. Each is started for it alone, on free ports, and leaves nothing behind."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from native.environment import PERSONAL, PORTS, ROOT, given_environment, native_environment
from native.processes import Process, Service, stop
from native.up import READY
from testing.bucket import KEY, SECRET, make_bucket, s3_server
from testing.compose import ComposeFailed, Project, free_ports
from testing.waiting import wait_until

NATIVE_WITHIN = 120.0  # seconds

# One name each for all runs, so that images don't pile up as projects come and go.
IMAGES = {"BACKEND_IMAGE": "test-browser-backend", "FRONTEND_IMAGE": "test-browser-frontend"}

# Set for every stack: the tests' own pipeline beside the product's.
SETTINGS = dict.fromkeys(PERSONAL, "") | {"PIPELINES": "pipelines,tests.rehearsing"}


class NotReady(Exception):
    """The stack did not come up. What it logged is printed."""


@contextmanager
def compose_stack(*, log: Path) -> Iterator[dict[str, str]]:
    """Run the Compose stack as `scripts/up` does, as a project of its own. Yield its variables."""
    variables = SETTINGS | IMAGES | free_ports(*(port.variable for port in PORTS))
    name = f"test-browser-{variables['WEB_PORT']}"
    file = "docker-compose.yml"
    variables |= {"STACK": "compose", "COMPOSE_FILE": str(ROOT / file), "COMPOSE_PROJECT_NAME": name}
    project = Project(name=name, folder=ROOT, files=[file], variables=variables)
    try:
        try:
            project.up()
        except ComposeFailed as error:
            logged = project.compose("logs", "--no-color", "--tail", "20", check=False)
            log.write_text(f"{logged}\n{project.compose('ps', '--all', check=False)}\n{error}")
            raise _not_ready("Compose", log) from None
        yield variables
        log.write_text(project.compose("logs", "--no-color", check=False))
    finally:
        project.down()


@contextmanager
def bucket_stack(*, log: Path) -> Iterator[dict[str, str]]:
    """Run the native stack with its files in a bucket."""
    with s3_server() as url:
        settings = {
            "S3_BUCKET": make_bucket(url),
            "S3_ENDPOINT_URL": url,
            "S3_ACCESS_KEY_ID": KEY,
            "S3_SECRET_ACCESS_KEY": SECRET,
        }
        with native_stack(log=log, settings=settings) as variables:
            yield variables


@contextmanager
def native_stack(*, log: Path, settings: dict[str, str] | None = None) -> Iterator[dict[str, str]]:
    """Run the native stack as `scripts/up --native` does, on data of its own. Yield its processes' environment."""
    with tempfile.TemporaryDirectory(prefix="test-browser-", ignore_cleanup_errors=True) as folder:
        variables = SETTINGS | (settings or {}) | {"DATA_DIR": folder} | free_ports(*(port.variable for port in PORTS))
        command = [sys.executable, "-m", "native.up"]
        environment = os.environ | variables
        up = Process(Service("up", command, ROOT / "scripts", environment, stop_signal=signal.SIGINT), log=log)
        try:
            _wait_until_ready(up, log)
            own = native_environment(given_environment(environment))
            yield variables | own | {"STACK": "native", "PYTHON": sys.executable}
        finally:
            stop([up], patience=30)


def _wait_until_ready(up: Process, log: Path) -> None:
    def is_ready() -> bool:
        if up.exit_code is not None:
            raise _not_ready("native", log)
        return READY in log.read_text(errors="replace")

    try:
        wait_until(is_ready, what="the native stack", seconds=NATIVE_WITHIN)
    except TimeoutError:
        raise _not_ready("native", log) from None


def _not_ready(name: str, log: Path) -> NotReady:
    print(log.read_text(errors="replace")[-10_000:], flush=True)
    return NotReady(f"the {name} stack did not become ready; the end of its log is above, all of it is in {log}")
