"""`scripts/up --hybrid [QUEUE,…]`: the servers in Docker; Django and a worker of these queues, or of all, here.

Docker's workers serve the other queues, and with `--beside` these, too.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from native import frontend, overlay, services
from native.environment import ROOT, given_environment, native_environment, ports_of, told_where
from native.log import Log
from native.ports import complaints
from native.processes import Service
from native.up import announce, run

OF_SERVERS = ("DATABASE_URL", "CELERY_BROKER_URL", "CELERY_RESULT_BACKEND", "REDIS_URL", "REDIS_PASSWORD")


def hybrid_environment(given: dict[str, str]) -> dict[str, str]:
    """Return the environment of the processes on this machine, whose servers are Docker's whatever else is given."""
    environment = native_environment({name: value for name, value in given.items() if name not in OF_SERVERS})
    environment.setdefault("POSTGRES_PASSWORD", "app")
    environment["DATABASE_URL"] = f"postgresql://app@127.0.0.1:{environment['POSTGRES_PORT']}/app"
    return environment


def chosen_queues(names: str) -> list[str]:
    """Return the queues that are named, or all. Raises ValueError."""
    queues = services.queue_names()
    chosen = [name.strip() for name in names.split(",") if name.strip()] or queues
    if unknown := set(chosen) - set(queues):
        raise ValueError(f"There is no queue {', '.join(sorted(unknown))}. The queues are {', '.join(queues)}.")
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/up --hybrid", description=__doc__)
    parser.add_argument("queues", nargs="?", default="", help="by commas; default: all")
    parser.add_argument("--beside", action="store_true", help="Docker's workers serve these queues, too")
    options = parser.parse_args()
    environment = hybrid_environment(given_environment())
    try:
        queues = chosen_queues(options.queues)
        ports = ports_of(environment)
    except ValueError as error:
        parser.error(str(error))
    if missing := frontend.missing_node() or frontend.install_packages():
        print(f"{missing}\nEverything else starts: the API, its docs and Flower.", file=sys.stderr)
    others = [services.web_service(environment, reload=True), services.worker_service(environment, queues, reload=True)]
    others += [] if missing else [services.frontend_service(environment)]
    if taken := complaints(port for port in ports if port.service in {service.name for service in others}):
        print("\n".join(taken), file=sys.stderr)
        return 1
    in_docker = [services.worker_name(name) for name in services.queue_names() if options.beside or name not in queues]
    compose = overlay.compose_command(
        overlay.hybrid(environment, in_docker), "hybrid", data=Path(environment["DATA_DIR"])
    )
    started = ["postgres", "redis", "beat", "flower", *in_docker]
    (Path(environment["DATA_DIR"]) / "heartbeat").mkdir(parents=True, exist_ok=True)
    up = Service("docker", [*compose, "up", "--detach", "--build", "--wait", *started], ROOT, environment)
    log = Log(["system", "docker", *(service.name for service in others)])
    try:
        with told_where(environment):
            return run(
                redis=None,
                migrate=up,
                others=others,
                log=log,
                ready=lambda: announce(environment, others, log),
            )
    finally:
        subprocess.run([*compose, "stop", *started], cwd=ROOT, env=environment, check=False)


if __name__ == "__main__":
    sys.exit(main())
