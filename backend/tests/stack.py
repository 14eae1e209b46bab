"""The stack as real processes on free ports, for tests: the native stack's services without reload and frontend."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock

import httpx

from native.environment import PERSONAL, native_environment
from native.ports import free_port
from native.processes import Process, Service, stop
from native.services import backend_services, migrate_service
from testing.compose import LOGS
from testing.waiting import wait_until
from tests.site import Site

STOP_WITHIN = 20.0  # seconds


class Stack(Site):
    """Web, a worker per queue and beat. Services are named as in Compose: `worker-charts-cpu`."""

    def __init__(self, *, services: list[Service], url: str, redis: str, log: Path) -> None:
        super().__init__(url)
        self.redis = redis
        self.services = {service.name: service for service in services}
        self.processes: dict[str, Process] = {}
        self._log = log
        self._lock = Lock()

    def add_user(self, name: str) -> str:
        """Make sure that the user exists, and return its token."""
        code = (
            "from apps.accounts.models import User; from rest_framework.authtoken.models import Token; "
            f"print(Token.objects.get_or_create(user=User.objects.get_or_create(username={name!r})[0])[0].key)"
        )
        return self.manage("shell", "-v", "0", "-c", code).strip()

    def manage(self, *command: str) -> str:
        """Run a management command in the stack's environment, and return what it writes."""
        web = self.services["web"]
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=web.directory,
            env=dict(web.environment),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    def start(self, name: str) -> Process:
        self.processes[name] = Process(self.services[name], write=self._write)
        return self.processes[name]

    def stop(self, name: str) -> None:
        stop([self.processes[name]], patience=STOP_WITHIN)

    def kill(self, name: str) -> None:
        """End a process and its children without a warning, and wait until it is gone."""
        self.processes[name].kill()
        wait_until(lambda: self.processes[name].exit_code is not None, what=f"{name} to be gone")

    def start_missing(self) -> None:
        """Start what isn't running, and wait until the web server answers and every worker has its connection."""
        for name in self.services:
            if name not in self.processes or self.processes[name].exit_code is not None:
                Path(self.services[name].environment["HEARTBEAT_FILE"]).unlink(missing_ok=True)
                self.start(name)
        for name in self.services:
            wait_until(lambda name=name: self.is_ready(name), what=f"{name} to be ready")  # type: ignore[misc]

    def is_ready(self, name: str) -> bool:
        if (code := self.processes[name].exit_code) is not None:
            raise RuntimeError(f"{name} ended with exit code {code}:\n{self.log_since(0)[-5000:]}")
        if name != "web":
            return Path(self.services[name].environment["HEARTBEAT_FILE"]).exists()
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).is_success
        except httpx.TransportError:
            return False

    def log_size(self) -> int:
        return self._log.stat().st_size if self._log.exists() else 0

    def log_since(self, offset: int) -> str:
        """Return what the processes have logged since `log_size()` returned that offset."""
        with self._log.open("rb") as file:
            file.seek(offset)
            return file.read().decode(errors="replace")

    def _write(self, name: str, line: str) -> None:
        with self._lock, self._log.open("a") as file:
            file.write(f"{name} | {line}\n")


@contextmanager
def running_stack(
    *,
    redis: str,
    database: str,
    folder: Path,
    variables: dict[str, str] | None = None,
    backend: Path | None = None,
) -> Iterator[Stack]:
    """Yield the stack, migrated and ready, and end every process of it. What they logged is kept in LOGS.

    `variables` join its environment; `backend` is another backend to run than this one.
    """
    own = {
        "DATA_DIR": str(folder),
        "DATABASE_URL": database,
        "REDIS_URL": f"{redis}/1",
        "PIPELINES": "pipelines,tests.rehearsing",
        "WEB_PORT": str(free_port()),
    }
    foreign = (*PERSONAL, "DJANGO_SETTINGS_MODULE")
    inherited = {name: value for name, value in os.environ.items() if name not in foreign}
    environment = native_environment(inherited | own | (variables or {}))
    (folder / "heartbeat").mkdir(exist_ok=True)
    migrate = migrate_service(environment)
    subprocess.run(migrate.command, cwd=migrate.directory, env=dict(environment), check=True)
    services = [service for service in backend_services(environment, reload=False) if service.name != "flower"]
    if backend:
        services = [replace(service, directory=backend) for service in services]
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{folder.name}.log"
    log.unlink(missing_ok=True)
    stack = Stack(services=services, url=f"http://127.0.0.1:{environment['WEB_PORT']}", redis=redis, log=log)
    try:
        stack.start_missing()
        yield stack
    finally:
        stop(list(stack.processes.values()), patience=STOP_WITHIN)
