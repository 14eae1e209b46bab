"""The native stack ends as one: with a service that ends by itself, or with Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from native.environment import PERSONAL, PORTS, ROOT
from native.log import Log
from native.ports import free_port
from native.processes import Service
from native.up import READY, SIGNALS, run
from tests.servers import wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Signals and process groups are POSIX's")

LASTS = "import time; time.sleep(600)"


@pytest.fixture(autouse=True)
def signal_handlers() -> Iterator[None]:
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def service(name: str, code: str) -> Service:
    return Service(name, [sys.executable, "-c", code], Path.cwd(), os.environ)


def run_stack(*others: Service, migrate: str = "") -> int:
    def ready() -> None:
        print("all are started")

    log = Log(["system"])
    return run(redis=None, migrate=service("migrate", migrate), others=others, log=log, ready=ready)


def test_service_that_ends_is_named_and_ends_all(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_stack(service("web", LASTS), service("beat", "raise SystemExit(3)")) == 3
    assert "beat ended with exit code 3" in capfd.readouterr().out


def test_service_that_is_killed_makes_the_exit_code_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_stack(service("web", "import os; os.kill(os.getpid(), 9)")) == 1
    assert "web ended with exit code -9" in capfd.readouterr().out


def test_nothing_is_started_when_migrations_fail(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_stack(service("web", "print('web was started', flush=True)"), migrate="raise SystemExit(1)") == 1
    assert "web was started" not in capfd.readouterr().out


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_ends_all_and_is_told_by_the_exit_code(number: int, code: int) -> None:
    timer = threading.Timer(1, os.kill, (os.getpid(), number))
    timer.start()
    assert run_stack(service("web", LASTS), service("beat", LASTS)) == code


def descendants(pid: int) -> dict[int, str]:
    """Return the processes that descend from one: their commands by pid."""
    listing = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()]
    found: dict[int, str] = {}
    parents = {pid}
    while parents:
        children = {int(row[0]): row[2] for row in rows if int(row[1]) in parents and int(row[0]) not in found}
        found |= children
        parents = set(children)
    return found


@pytest.mark.integration
def test_native_stack_starts_names_taken_ports_and_leaves_no_process_behind(tmp_path: Path) -> None:
    variables = dict.fromkeys(PERSONAL, "") | {"DATA_DIR": str(tmp_path)}
    variables |= {port.variable: str(free_port()) for port in PORTS}
    command = [sys.executable, "-m", "native.up"]
    log = tmp_path / "up.log"
    with log.open("wb") as output:
        stack = subprocess.Popen(
            command, cwd=ROOT / "scripts", env=os.environ | variables, stdout=output, stderr=output
        )
    try:
        wait_until(lambda: READY in log.read_text() or stack.poll() is not None, what="the stack", seconds=180)
        assert stack.poll() is None, log.read_text()

        second = subprocess.run(
            command, cwd=ROOT / "scripts", env=os.environ | variables, capture_output=True, text=True
        )
        assert second.returncode == 1
        assert len(re.findall(r"Port \d+ \((?:web|frontend|flower|redis)\) is in use", second.stderr)) == 4
        assert re.search(r"WEB_PORT=\d+ scripts/up", second.stderr)

        started = descendants(stack.pid)
        commands = " ".join(started.values())
        missing = [word for word in ("daphne", "beat", "flower", "vite", "redis", "charts_cpu") if word not in commands]
        assert not missing, commands
    finally:
        stack.send_signal(signal.SIGINT)
        exit_code = stack.wait(timeout=60)
    assert exit_code == 130
    assert not [command for pid, command in started.items() if is_alive(pid)]


def is_alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")
