"""A Compose project of the tests' own: a copy of the checkout, so that tests may edit it, on free ports."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from native.ports import free_port
from tests.servers import wait_until

ROOT = Path(__file__).resolve().parents[3]
HEALTH_WITHIN = 180.0  # seconds until a healthcheck must have noticed


class Project:
    def __init__(self, *, name: str, folder: Path, files: Sequence[str], variables: dict[str, str]) -> None:
        self.name, self.folder, self.files, self.variables = name, folder, files, variables

    def compose(self, *arguments: str, variables: dict[str, str] | None = None, check: bool = True) -> str:
        """Run `docker compose` on this project and return what it wrote."""
        done = subprocess.run(
            ["docker", "compose", *(word for file in self.files for word in ("-f", file)), *arguments],
            cwd=self.folder,
            env=os.environ | {"COMPOSE_PROJECT_NAME": self.name} | self.variables | (variables or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if check and done.returncode:
            raise AssertionError(f"docker compose {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def up(self, *services: str, variables: dict[str, str] | None = None) -> None:
        self.compose("up", "--build", "--wait", "--quiet-pull", *services, variables=variables)

    def execute(self, service: str, *command: str) -> str:
        return self.compose("exec", "-T", service, *command)

    def states(self) -> dict[str, Any]:
        """Return what `docker compose ps` says of each running service."""
        lines = self.compose("ps", "--format", "json").splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{")]
        return {state["Service"]: state for state in found}

    def unhealthy(self) -> set[str]:
        return {name for name, state in self.states().items() if state["Health"] == "unhealthy"}

    def wait_until_unhealthy(self, services: set[str]) -> None:
        """Wait until these are unhealthy, all at once."""
        wait_until(lambda: services <= self.unhealthy(), what=f"{services} to be unhealthy", seconds=HEALTH_WITHIN)

    def wait_until_healthy(self) -> None:
        def all_healthy() -> bool:
            return {state["Health"] for state in self.states().values()} == {"healthy"}

        wait_until(all_healthy, what="every service to be healthy", seconds=HEALTH_WITHIN)

    def log(self, service: str) -> str:
        return self.compose("logs", "--no-color", "--no-log-prefix", service)


def free_ports(*names: str) -> dict[str, str]:
    return {name: str(free_port()) for name in names}


@contextmanager
def project(*, name: str, file: str, folder: Path, variables: dict[str, str], override: str = "") -> Iterator[Project]:
    """Yield the project, not yet up; at the end nothing of it stays. `override` is YAML that is laid over the file."""
    _copy_checkout(folder)
    files = [file]
    if override:
        (folder / "override.yml").write_text(override)
        files.append("override.yml")
    project = Project(name=name, folder=folder, files=files, variables=variables)
    try:
        yield project
    finally:
        project.compose("down", "--volumes", "--remove-orphans", "--timeout", "20", check=False)


def _copy_checkout(folder: Path) -> None:
    """Copy what git tracks or would track: what a fresh clone holds, with the changes that aren't committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    files = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for file in files:
        if file and (ROOT / file).exists():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, folder / file)
