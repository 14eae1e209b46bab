"""A copy of the project without its examples: its quick tests pass, and its stack runs a job."""

import os
import subprocess
from collections.abc import Iterator

import pytest

from project.remove_examples import EXAMPLES
from testing.compose import Project, free_ports, project
from testing.waiting import wait_until
from tests.journeys.watching import FINAL, read
from tests.site import Site

pytestmark = pytest.mark.compose


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("without-examples")
    variables = free_ports("WEB_PORT", "FRONTEND_PORT", "FLOWER_PORT")
    name = "test-without-examples"
    with project(name=name, file="docker-compose.yml", folder=folder, variables=variables) as stack:
        typed(stack, "git", "init", "--quiet")  # tests of the project copy what git knows of
        typed(stack, "scripts/remove-examples")
        typed(stack, "scripts/new-pipeline", "welcome")
        stack.up()
        yield stack


def typed(stack: Project, *command: str) -> str:
    variables = {name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "UV")}
    done = subprocess.run(command, cwd=stack.folder, env=variables, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_stack_offers_no_example_and_runs_a_job(stack: Project) -> None:
    site = Site(f"http://localhost:{stack.variables['WEB_PORT']}")
    with site.client() as client:
        offered = [pipeline["kind"] for pipeline in client.get("/api/pipelines/").raise_for_status().json()]
        job = client.post("/api/jobs/", json={"kind": "welcome", "options": {"name": "Ada"}}).raise_for_status().json()
    assert offered == ["welcome"]
    assert not {*EXAMPLES} & {*offered}
    wait_until(lambda: read(site, job["id"])["status"] in FINAL, what="the job to end", seconds=120)
    assert read(site, job["id"])["result"] == "Hello, Ada!"


def test_image_is_without_the_libraries_of_the_examples(stack: Project) -> None:
    installed = stack.execute("web", "sh", "-c", "ls /opt/venv/lib/*/site-packages")
    assert "celery" in installed
    assert "matplotlib" not in installed


def test_quick_tests_pass(stack: Project) -> None:
    """Those that type scripts in further copies are left out: they take minutes, and know of no example."""
    typed(stack, "scripts/test", "lint", "frontend")
    unit = "cd backend && .venv/bin/python -m pytest -q --ignore=tests/test_project.py"
    typed(stack, "bash", "-c", unit)
