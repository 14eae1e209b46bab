"""One worker on this machine, beside a stack that runs already: `scripts/worker ai`. The pool follows the platform."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from native.environment import BACKEND, environment_beside
from native.ports import is_answered

REDIS_PORTS = {"redis": 6379, "rediss": 6379}


def main() -> int:
    environment = environment_beside()
    broker = urlsplit(environment["CELERY_BROKER_URL"])
    port = broker.port or REDIS_PORTS.get(broker.scheme)
    asks_only = {"-h", "--help", "--print"} & set(sys.argv[1:])
    if port and not asks_only and not is_answered(port, host=broker.hostname or "localhost"):
        print(
            f"No broker answers at {broker.hostname}:{port}. Start the stack (scripts/up --native), or name its "
            "broker: CELERY_BROKER_URL=redis://host:6379/0 scripts/worker ai",
            file=sys.stderr,
        )
        return 1
    heartbeat = Path(environment["DATA_DIR"]) / "heartbeat" / f"host-{os.getpid()}"
    heartbeat.parent.mkdir(parents=True, exist_ok=True)
    environment["HEARTBEAT_FILE"] = str(heartbeat)
    command = [sys.executable, "-m", "config.worker", *sys.argv[1:]]
    if sys.platform == "win32":  # there, a program that execs looks ended to its terminal
        return subprocess.call(command, cwd=BACKEND, env=environment)
    os.chdir(BACKEND)
    return os.execve(command[0], command, environment)


if __name__ == "__main__":
    sys.exit(main())
