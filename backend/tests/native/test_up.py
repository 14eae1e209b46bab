"""The native stack ends as one: with a service that ends by itself, or with Ctrl-C."""

import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from native.environment import PERSONAL, PORTS, ROOT
from native.log import Log
from native.ports import free_port
from native.processes import Process, Service, run_to_end
from native.up import READY, SIGNALS, run
from testing.waiting import wait_until
from tests.native.listing import descendants, is_alive

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


@pytest.mark.integration
def test_native_stack_starts_names_taken_ports_and_leaves_no_process_behind(tmp_path: Path) -> None:
    variables = dict.fromkeys(PERSONAL, "") | {"DATA_DIR": str(tmp_path)}
    variables |= {port.variable: str(free_port()) for port in PORTS}
    command = [sys.executable, "-m", "native.up"]
    service = Service("up", command, ROOT / "scripts", os.environ | variables, stop_signal=signal.SIGINT)
    log, log_of_second = tmp_path / "up.log", tmp_path / "second.log"
    up = Process(service, log=log)
    try:
        wait_until(lambda: READY in log.read_text() or up.exit_code is not None, what="the stack", seconds=180)
        assert up.exit_code is None, log.read_text()

        assert run_to_end(service, log=log_of_second) == 1
        assert len(re.findall(r"Port \d+ \((?:web|frontend|flower|redis)\) is in use", log_of_second.read_text())) == 4
        assert re.search(r"WEB_PORT=\d+ scripts/up", log_of_second.read_text())

        started = descendants(up.pid)
        commands = " ".join(started.values())
        missing = [word for word in ("daphne", "beat", "flower", "vite", "redis", "charts_cpu") if word not in commands]
        assert not missing, commands
    finally:
        up.ask_to_stop()
        up.wait(seconds=60)
    assert up.exit_code == 130
    assert not [command for pid, command in started.items() if is_alive(pid)]
