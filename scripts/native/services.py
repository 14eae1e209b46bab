"""The services of the native stack: the same as in docker-compose.yml, as commands on this machine."""

import importlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from native.environment import BACKEND, FLOWER_CONFIG, FRONTEND
from native.frontend import npm
from native.processes import Service
from native.redis_server import redis_command

PYTHON = (sys.executable, "-m")
DEBUG_PORT = 5678  # as in .vscode/launch.json
RELOADED = (*PYTHON, "config.reload")
OVERLAPPING = (*RELOADED, "--overlap")  # what listens at no port


def queue_names() -> list[str]:
    """Return the queues of the queue table."""
    return list(backend_module("config.queues").QUEUES)


def backend_module(name: str) -> Any:
    """Return a module of the backend's that needs no Django."""
    sys.path.insert(0, str(BACKEND))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(BACKEND))


def worker_name(queue: str) -> str:
    return "worker-" + queue.replace("_", "-")


def redis_service(environment: Mapping[str, str], server: Path) -> Service:
    """Return the Redis of this stack. It is stopped last: a worker that ends has messages to hand back."""
    command = redis_command(server, port=int(environment["REDIS_PORT"]), password=environment.get("REDIS_PASSWORD", ""))
    folder = Path(environment["DATA_DIR"])
    return Service("redis", command, folder, environment, stopped_last=True)


def migrate_service(environment: Mapping[str, str]) -> Service:
    return Service("migrate", [*PYTHON[:1], "manage.py", "migrate", "--noinput", "-v", "0"], BACKEND, environment)


def backend_services(environment: Mapping[str, str], *, reload: bool) -> list[Service]:
    """Return web, a worker per queue, beat and Flower. With `reload`, an edit restarts those that it concerns."""
    flower = [f"--conf={FLOWER_CONFIG}", "--address=127.0.0.1", f"--port={environment['FLOWER_PORT']}"]
    return [
        web_service(environment, reload=reload),
        *(worker_service(environment, [queue], reload=reload) for queue in queue_names()),
        _service("beat", "config.celery_command", "beat", environment=environment, reload=reload),
        _service("flower", "celery", "-A", "config", "flower", *flower, environment=environment, reload=False),
    ]


def web_service(environment: Mapping[str, str], *, reload: bool) -> Service:
    command = ("daphne", "-b", "127.0.0.1", "-p", environment["WEB_PORT"], "config.asgi:application")
    return _service("web", *command, environment=environment, reload=reload)


def worker_service(environment: Mapping[str, str], queues: Sequence[str], *, reload: bool) -> Service:
    """Return one worker for these queues."""
    name = worker_name(queues[0]) if len(queues) == 1 else "worker"
    pool = ("--pool", "solo") if environment.get("DEBUG_SERVICE") == name else ()  # a debugger sees one process
    return _service(name, "config.worker", ",".join(queues), *pool, environment=environment, reload=reload)


def _service(name: str, *command: str, environment: Mapping[str, str], reload: bool) -> Service:
    own = {**environment, "HEARTBEAT_FILE": str(Path(environment["DATA_DIR"]) / "heartbeat" / name)}
    if environment.get("DEBUG_SERVICE") == name:
        own["DEBUGGER_LISTEN"] = f"127.0.0.1:{DEBUG_PORT}"
    reloaded = (RELOADED if name == "web" else OVERLAPPING) if reload else ()
    return Service(name, [*reloaded, *PYTHON, *command], BACKEND, own)


def frontend_service(environment: Mapping[str, str]) -> Service:
    port = environment["FRONTEND_PORT"]
    command = [npm(), "run", "dev", "--", "--host", "127.0.0.1", "--port", port, "--strictPort"]
    return Service("frontend", command, FRONTEND, environment)
