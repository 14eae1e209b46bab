"""What is laid over docker-compose.yml for work on this machine: servers that it reaches, files that both see."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from native.environment import ROOT
from native.services import DEBUG_PORT

COMPOSE_FILE = ROOT / "docker-compose.yml"


def hybrid(environment: Mapping[str, str], workers: Sequence[str]) -> dict[str, Any]:
    """Publish PostgreSQL and Redis to this machine alone, and keep the jobs' files where its processes have them."""
    storage = Path(environment["DATA_DIR"]) / "storage"
    storage.mkdir(parents=True, exist_ok=True)
    shared: dict[str, Any] = {"volumes": [f"{storage}:/data/storage"]}
    if hasattr(os, "getuid"):  # Docker Desktop for Windows gives each user what they write
        shared["user"] = f"{os.getuid()}:{os.getgid()}"
    return {
        "services": {
            "postgres": {"ports": [f"127.0.0.1:{environment['POSTGRES_PORT']}:5432"]},
            "redis": {"ports": [f"127.0.0.1:{environment['REDIS_PORT']}:6379"]},
            **dict.fromkeys((*workers, "beat"), shared),
        }
    }


def debugger(service: str) -> dict[str, Any]:
    """Let a debugger be attached to a service, at a port of this machine. A worker is on solo: one process for all."""
    variables = {"DEBUGGER_LISTEN": f"0.0.0.0:{DEBUG_PORT}"}  # in its container; published to this machine alone
    if service.startswith("worker-"):
        variables[service.removeprefix("worker-").replace("-", "_").upper() + "_POOL"] = "solo"
    return {"services": {service: {"environment": variables, "ports": [f"127.0.0.1:{DEBUG_PORT}:{DEBUG_PORT}"]}}}


def compose_command(overlay: Mapping[str, Any], name: str, *, data: Path) -> list[str]:
    """Write the overlay as a file, in JSON, which is YAML too, and return the beginning of commands that use it."""
    data.mkdir(parents=True, exist_ok=True)
    file = data / f"{name}.json"
    file.write_text(json.dumps(overlay, indent=2))
    return ["docker", "compose", "-f", str(COMPOSE_FILE), "-f", str(file)]
