"""The production file, without the development one: everything through the proxy, nothing else to be reached."""

import asyncio
import gzip
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from testing.compose import Project, free_ports, project
from tests import rehearsing
from tests.journeys.watching import WITHIN, assert_only_forward, read, socket, submit, watch
from tests.site import Site

pytestmark = pytest.mark.compose

MAX_FILE_BYTES = 2_000_000


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("checkout")
    variables = free_ports("HTTP_PORT", "HTTPS_PORT") | {"JOBS_MAX_FILE_BYTES": str(MAX_FILE_BYTES)}
    with project(name="test-production", file="docker-compose.prod.yml", folder=folder, variables=variables) as stack:
        refusal = stack.compose("config", check=False)
        assert "scripts/secrets" in refusal
        subprocess.run(["scripts/secrets"], cwd=folder, check=True, capture_output=True)
        rehearsing.put_into(folder)
        stack.up()
        yield stack


@pytest.fixture(scope="module")
def site(stack: Project) -> Site:
    make = "from apps.accounts.models import User; User.objects.create_user('ada', password='lovelace')"
    stack.execute("web", "python", "manage.py", "shell", "-v", "0", "-c", make)
    url = f"https://localhost:{stack.variables['HTTPS_PORT']}"
    return Site(url, username="ada", password="lovelace", verify=False)


async def test_journey_passes_through_the_proxy(site: Site, sample: Path) -> None:
    job = submit(site, sample)
    async with asyncio.timeout(WITHIN), socket(site, f"/ws/jobs/{job['id']}/") as connection:
        states = await watch(connection, job["id"])
    assert states[-1]["status"] == "completed"
    assert states[-1] == read(site, job["id"])
    assert_only_forward(states)


def test_built_frontend_is_served_also_at_the_address_of_a_job(site: Site) -> None:
    with site.client() as client:
        for path in ("/", "/jobs/3f0e6a1c-0000-4000-8000-000000000000"):
            assert '<div id="root">' in client.get(path).raise_for_status().text


def test_first_page_needs_less_than_200_kb_of_scripts(site: Site) -> None:
    with site.client() as client:
        page = client.get("/").raise_for_status().text
        scripts = re.findall(r'(?:src|href)="(/[^"]+\.js)"', page)
        size = sum(len(gzip.compress(client.get(path).raise_for_status().content)) for path in scripts)
    assert len(scripts) > 1
    assert size < 200_000


def test_admin_is_there_with_its_styles_and_nobody_signs_up(site: Site) -> None:
    with httpx.Client(base_url=site.url, verify=False) as stranger:
        page = stranger.get("/admin/login/").raise_for_status().text
        styles = re.search(r'href="(/static/admin/css/base\S*\.css)"', page)
        assert styles
        assert "text/css" in stranger.get(styles[1]).raise_for_status().headers["content-type"]
        session = stranger.get("/api/session/").json()
        assert (session["sign_up"], session["password_reset"]) == (False, False)


def test_nobody_is_signed_in_and_there_is_no_demo_user(site: Site) -> None:
    with httpx.Client(base_url=site.url, verify=False) as stranger:
        assert stranger.get("/api/session/").json()["user"] is None
        assert stranger.post("/api/token/", json={"username": "demo", "password": "demo"}).status_code == 400
        assert stranger.get("/metrics").status_code == 404  # for machines inside


def test_flower_asks_for_its_password(stack: Project, site: Site) -> None:
    credentials = (stack.folder / ".secrets" / "flower_basic_auth").read_text().strip()
    user, _, password = credentials.partition(":")
    with httpx.Client(base_url=site.url, verify=False, follow_redirects=True) as client:
        assert client.get("/flower/workers").status_code == 401
        assert "charts_cpu@" in client.get("/flower/workers", auth=(user, password)).raise_for_status().text


@pytest.mark.parametrize(
    ("size", "status"),
    [
        (MAX_FILE_BYTES, 201),
        (MAX_FILE_BYTES + 1, 413),  # refused by the application
        (MAX_FILE_BYTES + 2_000_000, 413),  # refused by the proxy, before the application has it in memory or on disk
    ],
)
def test_largest_file_passes_and_a_larger_one_is_refused_in_the_shape_of_every_error(
    site: Site, size: int, status: int
) -> None:
    table = b"a,b\n" + b"1,2\n" * (size // 4 - 1) + b" " * (size % 4)
    assert len(table) == size
    with site.client() as client:
        answer = client.post("/api/jobs/", data={"kind": "rehearsal"}, files={"file": ("large.csv", table)})
    assert answer.status_code == status
    if status == 413:
        assert answer.json()["error"]["code"] == "INVALID_INPUT"
        assert list(answer.json()["error"]["fields"]) == ["file"]


def test_memory_for_temporary_files_is_limited(stack: Project) -> None:
    for service in ("web", "worker-charts-cpu", "beat"):
        kilobytes = stack.execute(service, "df", "--output=size", "/tmp").split()[-1]
        assert int(kilobytes) <= 128 * 1024


def test_plain_http_leads_to_https(stack: Project) -> None:
    answer = httpx.get(f"http://localhost:{stack.variables['HTTP_PORT']}/")
    assert answer.is_redirect
    assert answer.headers["location"].startswith("https://")


def test_no_process_runs_as_root_and_no_secret_stands_in_a_containers_configuration(stack: Project) -> None:
    secrets = [file.read_text().strip() for file in (stack.folder / ".secrets").iterdir()]
    assert len(secrets) == 4
    for service, state in stack.states().items():
        assert stack.execute(service, "id", "-u").strip() != "0"
        inspected = subprocess.run(["docker", "inspect", state["ID"]], check=True, capture_output=True, text=True)
        assert not any(secret in inspected.stdout for secret in secrets)
