"""The whole stack without Docker: checks first, then every service under one log until Ctrl-C. Run by scripts/up."""

import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import FrameType

from native import frontend, services
from native.environment import given_environment, given_redis, native_environment, ports_of, told_where
from native.log import Log
from native.ports import complaints, is_answered
from native.processes import Process, Service, stop
from native.redis_server import NoRedis, find_redis_server

PATIENCE = 15.0  # seconds for running tasks to end; what is cut off then runs again at the next start
READY = "ready after"  # begins the line that says so
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Stack:
    """Starts services and watches them. The first to end, or a signal, ends all."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.processes: list[Process] = []
        self.events: SimpleQueue[Process | int] = SimpleQueue()
        for number in SIGNALS:
            signal.signal(number, self._signalled)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self.events.put(number)

    def start(self, service: Service) -> Process:
        process = Process(service, write=self.log.write, ended=self.events.put)
        self.processes.append(process)
        return process

    def next_event(self) -> Process | int:
        """Return what comes next: a process that has ended, or the number of a signal."""
        while True:
            try:
                return self.events.get(timeout=0.5)  # on Windows a wait without end can't be interrupted
            except Empty:
                continue

    def end(self) -> None:
        self.log.say(f"stopping; running tasks have {PATIENCE:.0f} s to end, Ctrl-C again ends them now")
        while not self.events.empty():
            self.events.get()
        killed = stop(self.processes, patience=PATIENCE, hurry=self._is_hurried)
        self.log.say("stopped" + (f"; killed: {', '.join(killed)}" if killed else ""))

    def _is_hurried(self) -> bool:
        while not self.events.empty():
            if isinstance(self.events.get(), int):
                return True
        return False


def run(
    *, redis: Service | None, migrate: Service, others: Sequence[Service], log: Log, ready: Callable[[], None]
) -> int:
    """Run the stack until it is told to end or a service ends by itself. Return the exit code.

    `others` start once `migrate` has ended well; `ready` then runs beside them.
    """
    stack = Stack(log)
    try:
        if redis:
            stack.start(redis)
        migrating = stack.start(migrate)
        event = stack.next_event()
        if event is migrating and migrating.exit_code == 0:
            for service in others:
                stack.start(service)
            Thread(target=ready, daemon=True).start()
            event = stack.next_event()
        if isinstance(event, Process):
            code = event.exit_code or 0
            log.say(f"{event.service.name} ended with exit code {code}, so everything is stopped")
            return code if code > 0 else 1
        return 128 + event
    finally:
        stack.end()


def announce(environment: Mapping[str, str], others: Sequence[Service], log: Log) -> None:
    """Say where to look, once everything answers there."""
    begun = time.monotonic()
    web = f"http://127.0.0.1:{environment['WEB_PORT']}"
    names = {service.name for service in others}
    ports = {port.service: port.number for port in ports_of(environment) if port.service in names}
    while not (answers_well(f"{web}/readyz") and all(is_answered(port) for port in ports.values())):
        time.sleep(0.5)
    log.say(f"{READY} {time.monotonic() - begun:.0f} s")
    if "frontend" in ports:
        log.say(f"  the application  http://localhost:{ports['frontend']}")
    log.say(f"  API and its docs http://localhost:{environment['WEB_PORT']}/api/docs/")
    log.say(f"  Flower           http://localhost:{environment['FLOWER_PORT']}")


def answers_well(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (OSError, urllib.error.HTTPError):
        return False


def main() -> int:
    given = given_environment()
    environment, own_redis = native_environment(given), given_redis(given) is None
    os.environ.update(environment)
    try:
        ports = ports_of(environment)
        backend = services.backend_services(environment, reload=True)
        redis = find_redis_server() if own_redis else None
    except (NoRedis, ValueError) as error:
        print(error, file=sys.stderr)
        return 1

    missing = frontend.missing_node() or frontend.install_packages()
    if missing:
        print(f"{missing}\nEverything else starts: the API, its docs and Flower.", file=sys.stderr)
    others = [*backend, *([] if missing else [services.frontend_service(environment)])]

    needed = {service.name for service in others} | ({"redis"} if own_redis else set())
    if taken := complaints(port for port in ports if port.service in needed):
        print("\n".join(taken), file=sys.stderr)
        return 1
    (Path(environment["DATA_DIR"]) / "heartbeat").mkdir(parents=True, exist_ok=True)
    log = Log(["system", "redis", "migrate", *(service.name for service in others)])
    with told_where(environment):
        return run(
            redis=services.redis_service(environment, redis) if redis else None,
            migrate=services.migrate_service(environment),
            others=others,
            log=log,
            ready=lambda: announce(environment, others, log),
        )


if __name__ == "__main__":
    sys.exit(main())
