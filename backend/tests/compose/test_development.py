"""The development stack in Docker, from a fresh clone to a chart, and what breaks in it."""

import asyncio
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.queues import TABLE
from testing.compose import Project, free_ports, project
from testing.waiting import wait_until
from tests import rehearsing
from tests.journeys.watching import FINAL, WITHIN, assert_only_forward, read, socket, submit, watch
from tests.site import Site

pytestmark = pytest.mark.compose

GREET = """
from celery import shared_task

from apps.jobs.pipelines import Run, pipeline


@pipeline(queue="default", title="Greet")
def greet(run: Run, name: str = "world") -> str:
    run.report(50, "Looking for words")
    print("Looking for", name)
    return f"Hello, {name}!"


@pipeline(title="Count")
@shared_task(bind=True, queue="default")
def count_to(task, number: int):
    for count in range(number):
        task.update_state(state="PROGRESS", meta={"current": count, "total": number})
    return list(range(1, number + 1))
"""
WORKERS = {"worker-" + row.name.replace("_", "-") for row in TABLE}
LASTING = WORKERS | {"redis", "postgres", "web", "beat", "flower", "frontend"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    ports = free_ports("WEB_PORT", "FRONTEND_PORT", "FLOWER_PORT")
    folder = tmp_path_factory.mktemp("checkout")
    variables = ports | {"FETCH_PRIVATE_HOSTS": "frontend"}
    with project(name="test-development", file="docker-compose.yml", folder=folder, variables=variables) as stack:
        rehearsing.put_into(folder)
        stack.up()  # returns 0 only when every service is healthy
        yield stack


@pytest.fixture(scope="module")
def site(stack: Project) -> Site:
    return Site(f"http://localhost:{stack.variables['WEB_PORT']}")


async def run_sample(site: Site, sample: Path) -> list[dict[str, Any]]:
    job = submit(site, sample)
    async with asyncio.timeout(WITHIN), socket(site, f"/ws/jobs/{job['id']}/") as connection:
        return await watch(connection, job["id"])


def inspect(stack: Project, question: str) -> dict[str, Any]:
    output = stack.execute("web", "celery", "-A", "config", "inspect", question, "--json", "--timeout", "5")
    answers = json.loads(next(line for line in output.splitlines() if line.startswith("{")))
    return {worker.partition("@")[0]: answer for worker, answer in answers.items()}


def test_every_service_is_up_and_healthy_after_one_command(stack: Project) -> None:
    assert {name: state["Health"] for name, state in stack.states().items()} == dict.fromkeys(LASTING, "healthy")


async def test_sample_becomes_drawings_and_the_last_message_is_the_true_state(site: Site, sample: Path) -> None:
    states = await run_sample(site, sample)
    assert states[-1]["status"] == "completed"
    assert states[-1] == read(site, states[-1]["id"])
    assert_only_forward(states)


async def test_url_is_fetched_and_a_private_one_is_refused(site: Site) -> None:
    results = {}
    for host in ("frontend:5173", "web:8000"):
        with site.client() as client:
            url = f"http://{host}/index.html"
            job = client.post("/api/jobs/", json={"kind": "rehearsal", "url": url}).raise_for_status().json()
        async with asyncio.timeout(WITHIN), socket(site, f"/ws/jobs/{job['id']}/") as connection:
            results[host] = (await watch(connection, job["id"]))[-1]
    assert results["frontend:5173"]["status"] == "completed"
    assert results["frontend:5173"]["source"]["name"] == "index.html"
    assert results["web:8000"]["error"]["code"] == "INVALID_INPUT"


def test_browser_reaches_the_api_through_the_frontends_own_port(stack: Project) -> None:
    origin = f"http://localhost:{stack.variables['FRONTEND_PORT']}"
    with httpx.Client(base_url=origin, timeout=30) as browser:
        assert '<div id="root">' in browser.get("/").text
        assert browser.get("/api/session/").json()["user"]["username"] == "demo"


def test_workers_keep_the_promises_of_the_queue_table(stack: Project) -> None:
    stats = inspect(stack, "stats")
    for row in TABLE:
        assert "prefork" in stats[row.name]["pool"]["implementation"]
        assert stats[row.name]["pool"]["max-concurrency"] == row.concurrency
        assert stats[row.name]["prefetch_count"] == row.concurrency * row.prefetch_multiplier


def test_nothing_of_ours_runs_as_root(stack: Project) -> None:
    ours = LASTING - {"redis", "postgres"}
    assert {name: stack.execute(name, "id", "-u").strip() for name in ours} == dict.fromkeys(ours, "1000")


def test_image_is_below_700_mb(stack: Project) -> None:
    image = stack.states()["web"]["Image"]
    command = ["docker", "image", "inspect", "--format", "{{.Size}}", image]
    assert int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) < 700_000_000


def test_application_is_mounted_so_that_no_file_of_root_appears_on_the_host(stack: Project) -> None:
    assert "Read-only file system" in stack.compose("exec", "-T", "-u", "0", "web", "touch", "/app/x", check=False)


def test_flower_knows_workers_and_finished_tasks_also_after_its_restart(stack: Project) -> None:
    flower = f"http://localhost:{stack.variables['FLOWER_PORT']}"

    def finished_tasks() -> int:
        return len(re.findall(r"SUCCESS", httpx.get(f"{flower}/tasks", timeout=30).text)) or tasks_in_metrics()

    def tasks_in_metrics() -> int:
        succeeded = re.findall(r'flower_events_total\{.*type="task-succeeded".*\} (\d+)', metrics())
        return sum(map(int, succeeded))

    def metrics() -> str:
        return httpx.get(f"{flower}/metrics", timeout=30).text

    def workers() -> set[str]:
        return set(re.findall(r"([a-z_]+)@\w+", httpx.get(f"{flower}/workers", timeout=30).text))

    wait_until(lambda: {row.name for row in TABLE} <= workers(), what="Flower to know four workers")
    assert finished_tasks() > 0
    stack.compose("restart", "flower")
    stack.wait_until_healthy()
    assert {row.name for row in TABLE} <= workers()


async def test_edit_of_a_tasks_code_restarts_the_processes_that_run_it(
    stack: Project, site: Site, sample: Path
) -> None:
    module = stack.folder / "backend" / "pipelines" / "rehearsal" / "draw.py"
    source = module.read_text()

    def restarts() -> dict[str, int]:
        return {name: stack.log(name).count("restarting") for name in WORKERS | {"web", "beat"}}

    before = restarts()
    module.write_text(source + "\n# edited\n")
    expected = before | {"worker-charts-cpu": before["worker-charts-cpu"] + 1}
    wait_until(lambda: restarts() == expected, what="the worker of the charts to restart")

    module.write_text("def broken(:\n")
    wait_until(lambda: "SyntaxError" in stack.log("worker-charts-cpu"), what="the error in the log")
    failed = (await run_sample(site, sample))[-1]
    assert (failed["status"], failed["stage"]) == ("failed", "draw")
    assert not stack.unhealthy()  # other pipelines have steps in this queue

    starts = stack.log("worker-charts-cpu").count(" ready.")
    module.write_text(source)
    wait_until(lambda: stack.log("worker-charts-cpu").count(" ready.") > starts, what="the worker to start again")
    stack.wait_until_healthy()
    assert (await run_sample(site, sample))[-1]["status"] == "completed"


def run_by_name(site: Site, kind: str, **options: Any) -> dict[str, Any]:
    """Run a pipeline to its end."""
    with site.client() as client:
        job = client.post("/api/jobs/", json={"kind": kind, "options": options}).raise_for_status().json()
    wait_until(lambda: read(site, job["id"])["status"] in FINAL, what=f"{kind} to end", seconds=WITHIN)
    return read(site, job["id"])


def test_pipeline_of_one_file_is_offered_and_runs_and_a_broken_one_takes_nothing_down(
    stack: Project, site: Site
) -> None:
    folder = stack.folder / "backend" / "pipelines"

    def offered() -> dict[str, Any]:
        """Nothing while web restarts."""
        try:
            with site.client() as client:
                found = client.get("/api/pipelines/").raise_for_status().json()
        except httpx.HTTPError:
            return {}
        return {pipeline["kind"]: pipeline for pipeline in found}

    def available() -> set[str]:
        return {kind for kind, pipeline in offered().items() if pipeline["available"]}

    def wait_for(kinds: set[str], *, without: str = "") -> None:
        wait_until(lambda: kinds <= (found := available()) and without not in found, what=f"{kinds} to be offered")

    (folder / "greet.py").write_text(GREET)
    wait_for({"rehearsal", "greet", "count_to"})
    greeted = run_by_name(site, "greet", name="Ada")
    assert (greeted["status"], greeted["result"]) == ("completed", "Hello, Ada!")
    step = greeted["steps"][0]["id"]
    with site.client() as client:
        lines = client.get(f"/api/jobs/{greeted['id']}/steps/{step}/log/").json()["lines"]
    assert [line["text"] for line in lines] == ["Looking for Ada"]
    assert re.search(f"Looking for Ada .task=.* job={greeted['id']} step={step} attempt=1", stack.log("worker-default"))
    assert run_by_name(site, "count_to", number=3)["result"] == [1, 2, 3]
    code = "from pipelines.greet import count_to; print(count_to.delay(2).get(timeout=60))"
    assert "[1, 2]" in stack.execute("web", "python", "manage.py", "shell", "-v", "0", "-c", code)

    (folder / "greet.py").write_text(GREET + "\n1 / 0\n")
    wait_for({"rehearsal"}, without="greet")
    reason = offered()["greet"]["unavailable_reason"]
    assert "pipelines/greet.py, line" in reason
    assert reason in stack.log("web")
    assert "ZeroDivisionError: division by zero" in reason

    (folder / "greet.py").rename(folder / "hello.py")
    (folder / "hello.py").write_text(GREET)
    wait_for({"rehearsal", "greet"})
    (folder / "hello.py").unlink()
    wait_until(lambda: not {"greet", "hello"} & offered().keys(), what="the deleted pipeline to be gone")
    stack.wait_until_healthy()


def typed(stack: Project, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a script of the checkout's as a person would, in another folder and without a terminal."""
    environment = os.environ | stack.variables | {"COMPOSE_PROJECT_NAME": stack.name}
    script, *arguments = command
    return subprocess.run(
        [str(stack.folder / "scripts" / script), *arguments],
        cwd="/",
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_scripts_reach_the_stack_and_what_they_write_belongs_to_who_typed_them(stack: Project) -> None:
    code = (
        "open('written here', 'w').close(); print(__import__('apps.jobs.models').jobs.models.Job.objects.count() > 0)"
    )
    assert typed(stack, "shell", "-v", "0", "-c", code).stdout.splitlines()[-1] == "True"
    written = stack.folder / "backend" / "written here"
    assert (written.stat().st_uid, written.stat().st_gid) == (os.getuid(), os.getgid())
    written.unlink()
    assert "42" in typed(stack, "psql", "-c", 'SELECT 40 + 2 AS "the sum"').stdout
    unknown = typed(stack, "manage", "nothing_like_it")
    assert unknown.returncode != 0
    assert "Unknown command: 'nothing_like_it'" in unknown.stderr + unknown.stdout


def test_each_healthcheck_speaks_for_its_own_service(stack: Project) -> None:
    """Break four services at once, each in its own way: those turn unhealthy, and no other."""
    broken = {"beat", "flower", "frontend", "worker-ai"}
    network = f"{stack.name}_default"
    worker = stack.states()["worker-ai"]["ID"]
    for service, word in (("beat", "celery"), ("flower", "celery"), ("frontend", "vite")):
        pattern = f"[{word[0]}]{word[1:]}"  # so that grep doesn't find itself
        freeze = f"for p in /proc/[0-9]*; do grep -q '{pattern}' $p/cmdline && kill -STOP ${{p#/proc/}}; done; true"
        stack.execute(service, "sh", "-c", freeze)
    docker("network", "disconnect", network, worker)
    stack.wait_until_unhealthy(broken)
    assert stack.unhealthy() == broken

    docker("network", "connect", "--alias", "worker-ai", network, worker)
    stack.compose("restart", "--timeout", "1", "beat", "flower", "frontend")
    stack.wait_until_healthy()


def test_redis_with_another_password_and_a_frozen_database_are_unhealthy_and_no_worker_is(stack: Project) -> None:
    stack.execute("redis", "redis-cli", "CONFIG", "SET", "requirepass", "other")
    stack.compose("kill", "--signal", "STOP", "postgres")
    stack.wait_until_unhealthy({"redis", "postgres", "web"})  # web too: it can't do without them
    assert not stack.unhealthy() & WORKERS
    stack.execute("redis", "redis-cli", "-a", "other", "CONFIG", "SET", "requirepass", "")
    stack.compose("kill", "--signal", "CONT", "postgres")
    stack.wait_until_healthy()


async def test_job_submitted_while_the_broker_is_away_waits_for_it_and_runs(
    stack: Project, site: Site, sample: Path
) -> None:
    stack.compose("stop", "redis")
    job = submit(site, sample)
    assert job["status"] == "queued"
    wait_until(lambda: "broker" in read(site, job["id"])["message"], what="the job to say what it waits for")
    stack.compose("start", "redis")
    async with asyncio.timeout(WITHIN), socket(site, f"/ws/jobs/{job['id']}/") as connection:
        assert (await watch(connection, job["id"]))[-1]["status"] == "completed"
    stack.wait_until_healthy()


async def test_variable_of_the_shell_changes_one_worker_and_the_journey_passes_on_gevent(
    stack: Project, site: Site, sample: Path
) -> None:
    stack.up(variables={"AI_POOL": "gevent", "INGESTION_IO_CONCURRENCY": "8"})
    stats = inspect(stack, "stats")
    assert "gevent" in stats["ai"]["pool"]["implementation"]
    assert stats["ai"]["pool"]["max-concurrency"] == 200
    assert stats["ingestion_io"]["pool"]["max-concurrency"] == 8
    states = await run_sample(site, sample)
    assert states[-1]["status"] == "completed"
    assert_only_forward(states)
    assert "could not announce" not in stack.log("worker-ai")


def docker(*arguments: str) -> None:
    subprocess.run(["docker", *arguments], check=True, capture_output=True)
