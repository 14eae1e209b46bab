"""The stack that is measured: Compose's without debugging and reloading, and with the benchmark's pipeline."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from native.services import queue_names, worker_name
from testing.compose import Project, free_ports, project

PIPELINE = Path(__file__).with_name("pipeline")
IMAGE = "bench-backend"
WORKERS = {queue: worker_name(queue) for queue in queue_names()}

# Also in what Django keeps: with DJANGO_DEBUG each process remembers its queries. The worker's processes aren't
# replaced meanwhile: after 50 tasks each that takes a second, which would fall on one side or the other by chance.
MEASURED = """
x-measured: &measured
  environment: &variables
    DJANGO_DEBUG: "false"
    DJANGO_SECRET_KEY: bench
    ALLOWED_HOSTS: "*"
    BENCH_SIZES: "{sizes}"
    CHARTS_CPU_MAX_TASKS_PER_CHILD: 1000000
    CHARTS_CPU_MAX_MEMORY_PER_CHILD: 1000
services:
  migrate: *measured
  web: {{ <<: *measured, command: daphne -b 0.0.0.0 -p 8000 config.asgi:application }}
  beat: {{ <<: *measured, command: python -m config.celery_command beat }}
  flower: *measured
"""
WORKER = "  {name}: {{ <<: *measured, command: python -m config.worker {queue} }}\n"


class Measured:
    """A stack that is up. `web` is where it is measured from, for all times are of one clock."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.websocket_url = f"ws://localhost:{project.variables['WEB_PORT']}"

    def measure(self, name: str, *arguments: object) -> Any:
        """Run a measure of pipeline/measure.py and return its figures."""
        command = ("python", "-m", "pipelines.bench.measure", name, *map(json.dumps, arguments))
        return json.loads(self.project.execute("web", *command).splitlines()[-1])


@contextmanager
def measured_stack(sizes: list[int]) -> Iterator[Measured]:
    """Yield a stack with web and the worker of the charts; nothing of it stays."""
    override = MEASURED.format(sizes=",".join(map(str, sizes)))
    override += "".join(WORKER.format(name=name, queue=queue) for queue, name in WORKERS.items())
    variables = {"BACKEND_IMAGE": IMAGE}
    variables |= free_ports("WEB_PORT", "FRONTEND_PORT", "FLOWER_PORT")
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the containers' user reads it
        with project(
            name=f"bench-{variables['WEB_PORT']}",
            file="docker-compose.yml",
            override=override,
            folder=folder,
            variables=variables,
        ) as stack:
            shutil.copytree(PIPELINE, folder / "backend" / "pipelines" / "bench")
            stack.compose("build", "migrate")
            stack.up("web", WORKERS["charts_cpu"])
            yield Measured(stack)
