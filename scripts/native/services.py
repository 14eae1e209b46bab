"""The services of the native stack: the same as in docker-compose.yml, as commands on this machine."""

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path

from native.environment import BACKEND, FLOWER_CONFIG, FRONTEND
from native.frontend import npm
from native.processes import Service
from native.redis_server import redis_command

PYTHON = (sys.executable, "-m")
RELOADED = (*PYTHON, "config.reload")


def queue_names() -> list[str]:
    """Return the queues of the queue table."""
    sys.path.insert(0, str(BACKEND))
    try:
        return list(importlib.import_module("config.queues").QUEUES)
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
    run = RELOADED if reload else ()

    def service(name: str, *command: str, reloaded: bool = True) -> Service:
        heartbeat = Path(environment["DATA_DIR"]) / "heartbeat" / name
        own = {**environment, "HEARTBEAT_FILE": str(heartbeat)}
        return Service(name, [*(run if reloaded else ()), *PYTHON, *command], BACKEND, own)

    flower = [f"--conf={FLOWER_CONFIG}", "--address=127.0.0.1", f"--port={environment['FLOWER_PORT']}"]
    return [
        service("web", "daphne", "-b", "127.0.0.1", "-p", environment["WEB_PORT"], "config.asgi:application"),
        *(service(worker_name(queue), "config.worker", queue) for queue in queue_names()),
        service("beat", "celery", "-A", "config", "beat"),
        service("flower", "celery", "-A", "config", "flower", *flower, reloaded=False),
    ]


def frontend_service(environment: Mapping[str, str]) -> Service:
    port = environment["FRONTEND_PORT"]
    command = [npm(), "run", "dev", "--", "--host", "127.0.0.1", "--port", port, "--strictPort"]
    return Service("frontend", command, FRONTEND, environment)
