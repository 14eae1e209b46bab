"""Every command and every file of README and handbook, typed in a copy of the checkout in the order of the pages."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from testing.compose import Project, free_ports, project
from testing.waiting import wait_until
from tests.handbook import HANDBOOK, PAGES, Block, blocks
from tests.journeys.watching import FINAL, read
from tests.site import Site

pytestmark = pytest.mark.compose

FIRST_DAY, QUEUES, TROUBLE = (HANDBOOK / f"{name}.md" for name in ("first-day", "queues-and-pools", "troubleshooting"))

# What can't be typed as it stands: without a terminal, or because it would take this test's own place.
SUPERUSER = "createsuperuser --noinput --username operator --email operator@example.org"
TYPED_AS = {
    "scripts/up": "scripts/up --detach --wait",
    "scripts/manage createsuperuser": f"scripts/manage {SUPERUSER}",
    "scripts/test lint unit": "scripts/test lint && cd backend && .venv/bin/python -m pytest -q tests/pipelines",
    "scripts/test": "scripts/test --help",  # it is what runs this
    "git pull": "true",  # a copy has no origin
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("handbook")
    variables = free_ports("WEB_PORT", "FRONTEND_PORT", "FLOWER_PORT", "HTTP_PORT", "HTTPS_PORT")
    with project(name="test-handbook", file="docker-compose.yml", folder=folder, variables=variables) as stack:
        yield stack


@pytest.fixture
def site(stack: Project) -> Site:
    return Site(f"http://localhost:{stack.variables['WEB_PORT']}")


def typed(stack: Project, command: str, **variables: str) -> str:
    """Type a command as the page has it, on the ports of this stack, and return what it wrote."""
    command = TYPED_AS.get(command, command).replace("localhost:8000", f"localhost:{stack.variables['WEB_PORT']}")
    inherited = {name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "UV")}
    environment = inherited | stack.variables | {"COMPOSE_PROJECT_NAME": stack.name} | variables
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=stack.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout


def follow(stack: Project, page: Path) -> None:
    for block in blocks(page):
        do(stack, block)


def do(stack: Project, block: Block) -> None:
    """Do what a block says: type its commands, or save its file."""
    if block.file:
        path = stack.folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.content, encoding="utf-8")
    commands = block.commands() if block.language == "sh" else []
    if commands and commands[0].startswith("TOKEN="):  # its lines share a variable
        commands = ["\n".join(commands)]
    for command in commands:
        typed(stack, command)


def run(site: Site, kind: str, **options: Any) -> dict[str, Any]:
    """Run a pipeline to its end, once it is offered."""
    submitted: list[str] = []

    def submit() -> bool:
        """Nothing while web restarts, or doesn't know the pipeline yet."""
        try:
            with site.client() as client:
                answer = client.post("/api/jobs/", json={"kind": kind, "options": options}).raise_for_status()
        except httpx.HTTPError:
            return False
        submitted.append(answer.json()["id"])
        return True

    def ended() -> bool:
        try:
            return read(site, submitted[0])["status"] in FINAL
        except httpx.HTTPError:
            return False

    wait_until(submit, what=f"{kind} to be offered")
    wait_until(ended, what=f"{kind} to end", seconds=120)
    return read(site, submitted[0])


def test_first_day(stack: Project, site: Site) -> None:
    follow(stack, FIRST_DAY)
    with site.client() as client:
        [job] = client.get("/api/jobs/?kind=word_count").json()["results"]
    wait_until(lambda: read(site, job["id"])["status"] in FINAL, what="the words to be counted", seconds=120)
    counted = read(site, job["id"])
    words = re.sub(r"\s+", " ", (stack.folder / "README.md").read_text(encoding="utf-8").lower()).split(" ")
    assert counted["result"]["the"] == words.count("the")
    assert [artifact["name"] for artifact in counted["artifacts"]] == ["words.csv"]
    assert (stack.folder / "README.md").read_text(encoding="utf-8").startswith("# Word works\n")


def test_files_of_readme_and_handbook_are_pipelines_that_run(stack: Project, site: Site) -> None:
    for page in PAGES:
        for block in blocks(page):
            if page != FIRST_DAY and block.file:
                do(stack, block)
    assert run(site, "greet", name="Ada")["result"] == "Hello, Ada!"
    assert run(site, "resize", taken="2026-01-31")["result"]["taken"] == "2026-01-31"
    assert run(site, "report", pages=2)["result"] == "2 pages"
    assert run(site, "count_words")["result"] == {"words": 14}
    letters = run(site, "letters")
    assert (letters["result"], letters["steps_total"]) == (13, 8)
    view = f"http://localhost:{stack.variables['FRONTEND_PORT']}/src/features/letters/parts.tsx"
    assert "counted in parallel" in httpx.get(view).raise_for_status().text
    typed(stack, "scripts/test lint")


def test_readmes_own_commands(stack: Project, site: Site) -> None:
    commands = [block for block in blocks(PAGES[0]) if block.language == "sh" and "prod.yml" not in block.text]
    assert len(commands) == 2
    for block in commands:
        do(stack, block)


def test_queues_and_troubleshooting(stack: Project) -> None:
    for page in (QUEUES, TROUBLE):
        follow(stack, page)
    assert "worker-reports" in stack.states()
    assert "gevent" in typed(stack, "scripts/debug-task ai")


def test_production(stack: Project) -> None:
    stack.down()
    own = {"COMPOSE_PROJECT_NAME": "test-handbook-production"}
    shell = [block for page in PAGES for block in blocks(page) if block.language == "sh"]
    commands = [command for block in shell for command in block.commands()]
    ours = [command for command in commands if "prod.yml" in command or command == "scripts/secrets"]
    assert len(ours) > 5
    try:
        for command in dict.fromkeys(ours):  # some stand on two pages
            typed(stack, without_terminal(command), **own)
    finally:
        typed(stack, "docker compose -f docker-compose.prod.yml down --volumes --timeout 20", **own)


def without_terminal(command: str) -> str:
    return re.sub("createsuperuser$", SUPERUSER, command).replace("exec web", "exec -T web")
