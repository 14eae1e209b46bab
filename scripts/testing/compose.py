"""A Compose project of the tests' own, on free ports, of which nothing stays at the end."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from native.environment import PERSONAL, ROOT
from native.ports import free_port
from native.processes import Service, run_to_end
from testing.waiting import wait_until

COMMAND_WITHIN = 900.0  # seconds; the images may have to be built
HEALTH_WITHIN = 180.0  # seconds until a healthcheck must have noticed
LOGS: Path = ROOT / ".data" / "test-reports" / "stacks"


class ComposeFailed(AssertionError):
    """A `docker compose` command ended with an error, which the message shows."""


class Project:
    def __init__(self, *, name: str, folder: Path, files: Sequence[str], variables: dict[str, str]) -> None:
        self.name, self.folder, self.files, self.variables = name, folder, files, variables

    def compose(self, *arguments: str, variables: dict[str, str] | None = None, check: bool = True) -> str:
        """Run `docker compose` on this project and return what it wrote."""
        lines: list[str] = []
        command = ["docker", "compose", *(word for file in self.files for word in ("-f", file)), *arguments]
        environment = os.environ | {"COMPOSE_PROJECT_NAME": self.name} | self.variables | (variables or {})
        code = run_to_end(
            Service("compose", command, self.folder, environment),
            seconds=COMMAND_WITHIN,
            write=lambda _, line: lines.append(line),
        )
        output = "\n".join(lines)
        if check and code:
            raise ComposeFailed(f"docker compose {' '.join(arguments)} ended with {code}:\n{output}")
        return output

    def up(self, *services: str, variables: dict[str, str] | None = None) -> None:
        """Build and start the services, or all, and return once they are healthy."""
        self.compose("up", "--build", "--wait", "--quiet-pull", *services, variables=variables)

    def down(self) -> str:
        """Remove every container, network and volume."""
        return self.compose("down", "--volumes", "--remove-orphans", "--timeout", "20", check=False)

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


@contextmanager
def project(*, name: str, file: str, folder: Path, variables: dict[str, str], override: str = "") -> Iterator[Project]:
    """Yield the project of a copy of the checkout, which tests may edit; it is not up yet. What its services logged
    is kept in LOGS.

    `override` is YAML that is laid over the file. Nothing personal comes along, unless `variables` has it.
    """
    copy_checkout(folder)
    files = [file]
    if override:
        (folder / "override.yml").write_text(override)
        files.append("override.yml")
    variables = dict.fromkeys(PERSONAL, "") | variables
    project = Project(name=name, folder=folder, files=files, variables=variables)
    try:
        yield project
    finally:
        LOGS.mkdir(parents=True, exist_ok=True)
        (LOGS / f"{name}.log").write_text(project.compose("logs", "--no-color", "--timestamps", check=False))
        project.down()


def free_ports(*names: str) -> dict[str, str]:
    """Return a free port for each of these variables."""
    return {name: str(free_port()) for name in names}


def copy_checkout(folder: Path) -> None:
    """Copy what git tracks or would track: what a fresh clone holds, with the changes that aren't committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    files = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for file in files:
        if file and (ROOT / file).is_file():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, folder / file)


def engine_answers() -> bool:
    """Tell whether there is a Docker engine, and a Compose to talk to it."""
    if not shutil.which("docker"):
        return False
    questions = (["docker", "compose", "version"], ["docker", "info"])
    return all(subprocess.run(question, capture_output=True).returncode == 0 for question in questions)
