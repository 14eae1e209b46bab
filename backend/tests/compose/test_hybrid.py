"""`scripts/up --hybrid`: servers and other workers in Docker; Django and a worker here. Same queues, same files."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from native.environment import PERSONAL, PORTS, ROOT
from native.processes import Process, Service, stop
from native.services import DEBUG_PORT
from native.up import READY
from testing.compose import LOGS, Project, free_ports
from testing.waiting import wait_until
from tests.journeys.watching import FINAL, read, submit
from tests.site import Site

pytestmark = pytest.mark.compose

HOST = socket.gethostname()
OURS = "label=com.docker.compose.project=test-hybrid"
INHERITED = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("hybrid")
    own = {"DATA_DIR": str(folder), "COMPOSE_PROJECT_NAME": "test-hybrid", "DEBUG_SERVICE": "worker-charts-cpu"}
    own["PIPELINES"] = "pipelines,tests.rehearsing"
    return dict.fromkeys(PERSONAL, "") | free_ports(*(port.variable for port in PORTS)) | own


@pytest.fixture(scope="module")
def up(variables: dict[str, str]) -> Iterator[Process]:
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / "hybrid.log"
    log.unlink(missing_ok=True)
    command = [sys.executable, "-m", "native.hybrid", "charts_cpu"]
    service = Service("hybrid", command, ROOT / "scripts", INHERITED | variables, stop_signal=signal.SIGINT)
    up = Process(service, log=log)
    try:
        wait_until(lambda: READY in log.read_text() or up.exit_code is not None, what="the hybrid stack", seconds=600)
        assert up.exit_code is None, log.read_text()[-5000:]
        yield up
    finally:
        stop([up], patience=60)
        Project(name="test-hybrid", folder=ROOT, files=["docker-compose.yml"], variables=variables).down()


@pytest.fixture
def site(up: Process, variables: dict[str, str]) -> Site:
    return Site(f"http://127.0.0.1:{variables['WEB_PORT']}")


def run(variables: dict[str, str], *command: str) -> str:
    environment = INHERITED | variables
    done = subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_job_passes_through_workers_in_docker_and_here(site: Site, sample: Path, variables: dict[str, str]) -> None:
    job = submit(site, sample)
    wait_until(lambda: read(site, job["id"])["status"] in FINAL, what="the job to end", seconds=120)
    ended = read(site, job["id"])
    assert ended["status"] == "completed"
    workers = {step["stage"]: step["worker"].partition("@")[2] for step in ended["steps"]}
    assert workers["draw"] == HOST
    assert HOST not in (workers["read"], workers["tell"])
    with site.client() as client:
        for artifact in ended["artifacts"]:
            assert len(client.get(artifact["url"]).raise_for_status().content) == artifact["size"]


def test_servers_are_published_to_this_machine_alone(up: Process) -> None:
    shown = run({}, "docker", "ps", "--filter", OURS, "--format", "{{.Ports}}")
    published = [port for port in shown.replace("\n", ", ").split(", ") if "->" in port]
    assert len(published) == 3  # PostgreSQL, Redis, Flower
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_scripts_beside_it_find_its_database_by_themselves(site: Site, variables: dict[str, str]) -> None:
    code = "from django.db import connection as c; c.ensure_connection(); print(c.vendor, c.settings_dict['PORT'])"
    shown = run({"DATA_DIR": variables["DATA_DIR"]}, str(ROOT / "scripts/manage"), "shell", "-v", "0", "-c", code)
    assert shown.strip() == f"postgresql {variables['POSTGRES_PORT']}"


def test_debugger_can_be_attached_to_the_worker_here(up: Process) -> None:
    assert initialize(DEBUG_PORT)["success"] is True


def initialize(port: int) -> Any:
    """Begin a session as an editor does: https://microsoft.github.io/debug-adapter-protocol/"""
    request = json.dumps({"seq": 1, "type": "request", "command": "initialize", "arguments": {"adapterID": "test"}})
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection, connection.makefile("rwb") as stream:
        stream.write(f"Content-Length: {len(request)}\r\n\r\n{request}".encode())
        stream.flush()
        while True:
            length = int(stream.readline().split(b":")[1])
            stream.readline()
            message = json.loads(stream.read(length))
            if message["type"] == "response":
                return message


def test_interrupt_ends_both_halves(up: Process) -> None:
    stop([up], patience=60)
    assert up.exit_code == 130
    running = run({}, "docker", "ps", "--quiet", "--filter", OURS)
    assert running == ""
