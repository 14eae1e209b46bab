"""Two files that must agree are held together here, so that no comment has to say "keep in sync"."""

import json
import os
import re
import tomllib
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from config import env
from config.queues import TABLE, Queue
from native.environment import PORTS

ROOT = Path(__file__).resolve().parents[2]
COMPOSE_FILES = ("docker-compose.yml", "docker-compose.prod.yml")
COLUMNS = [column.name for column in fields(TABLE[0]) if column.name not in ("name", "purpose")]
VARIABLES = {row.name: {f"{row.name}_{column}".upper() for column in COLUMNS} for row in TABLE}
UNITS = {"s": 1, "m": 60, "h": 3600}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def services(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(read(name))["services"]
    return found


def worker(name: str, row: Queue) -> Any:
    return services(name)["worker-" + row.name.replace("_", "-")]


def explained_variables(*, without: tuple[str, ...] = ()) -> list[str]:
    """Return the variables of .env.example, without the paragraphs that begin so."""
    paragraphs = [part for part in read(".env.example").split("\n\n") if not part.startswith(without)]
    return re.findall(r"^#?([A-Z][A-Z0-9_]*)=", "\n".join(paragraphs), re.MULTILINE)


def names_read_by_the_backend() -> set[str]:
    """Return every variable that the backend reads, without those of its queues."""
    for module in ("config.settings", "config.celery", "config.heartbeat"):
        import_module(module)
    return env.names_read - set().union(*VARIABLES.values())


def section(title: str) -> str:
    """Return a section of the README."""
    return read("README.md").partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def seconds(duration: str) -> int:
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([hms])", duration))


def table_row(cells: list[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


@pytest.mark.parametrize("name", COMPOSE_FILES)
def test_compose_has_one_worker_for_each_queue(name: str) -> None:
    workers = {service for service in services(name) if service.startswith("worker-")}
    assert workers == {"worker-" + row.name.replace("_", "-") for row in TABLE}


@pytest.mark.parametrize("name", COMPOSE_FILES)
def test_compose_carries_the_name_of_a_queue_and_none_of_its_numbers(name: str) -> None:
    for row in TABLE:
        command = worker(name, row)["command"]
        words = command if isinstance(command, list) else command.split()
        assert words[-3:] == ["-m", "config.worker", row.name]


@pytest.mark.parametrize("name", COMPOSE_FILES)
def test_worker_is_given_the_time_to_finish_what_it_runs(name: str) -> None:
    for row in TABLE:
        assert seconds(worker(name, row)["stop_grace_period"]) > row.time_limit


def test_both_compose_files_run_the_same_services_behind_their_own_doors() -> None:
    development, production = (set(services(name)) for name in COMPOSE_FILES)
    assert development - production == {"frontend"}
    assert production - development == {"proxy"}


def test_production_publishes_the_proxy_alone() -> None:
    assert [name for name, service in services("docker-compose.prod.yml").items() if "ports" in service] == ["proxy"]


def test_development_publishes_to_this_machine_alone() -> None:
    ports = [port for service in services("docker-compose.yml").values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", COMPOSE_FILES)
def test_every_lasting_service_has_a_healthcheck(name: str) -> None:
    unchecked = {service for service, body in services(name).items() if "healthcheck" not in body}
    assert unchecked == {"migrate"}


def test_infrastructure_has_a_folder_per_service_and_nothing_else() -> None:
    known = {name for file in COMPOSE_FILES for name in services(file)}
    assert {path.name for path in (ROOT / "infrastructure").iterdir()} <= known


@pytest.mark.parametrize("script", sorted(path.stem for path in (ROOT / "scripts").glob("*.ps1")))
def test_script_for_windows_runs_what_the_other_one_runs(script: str) -> None:
    run = re.compile(r"\b((?:native|project|testing)\.[a-z]\w+|manage\.py)\b")
    modules, on_windows = (set(run.findall(read(f"scripts/{name}"))) for name in (script, f"{script}.ps1"))
    assert modules == on_windows


@pytest.mark.parametrize("name", COMPOSE_FILES)
def test_temporary_files_in_memory_have_a_size(name: str) -> None:
    mounts = [mount for service in services(name).values() for mount in service.get("tmpfs", [])]
    assert mounts
    assert all(re.fullmatch(r"/\w+:size=\d+m", mount) for mount in mounts)


@pytest.mark.parametrize("name", COMPOSE_FILES)
def test_worker_gets_the_variables_of_its_queue_and_no_other_service_does(name: str) -> None:
    given = {service: set(body.get("environment", ())) for service, body in services(name).items()}
    of_a_queue = set().union(*VARIABLES.values())
    for row in TABLE:
        assert given.pop("worker-" + row.name.replace("_", "-")) & of_a_queue == VARIABLES[row.name]
    assert not set().union(*given.values()) & of_a_queue


def test_env_example_explains_every_variable_and_no_other_and_those_of_one_queue_for_all() -> None:
    in_compose = {name for file in COMPOSE_FILES for name in re.findall(r"(?<!\$)\$\{([A-Z][A-Z0-9_]*)", read(file))}
    ports = {port.variable for port in PORTS} | {"DEBUG_SERVICE"}  # what the scripts read
    explained = explained_variables()
    assert len(explained) == len(set(explained))
    (example,) = (names for names in VARIABLES.values() if names & set(explained))
    assert set(explained) == names_read_by_the_backend() | in_compose | ports | example


@pytest.mark.parametrize(
    ("name", "without"),
    [("docker-compose.yml", ("# Set by",)), ("docker-compose.prod.yml", ("# Set by", "# Development"))],
)
def test_what_can_be_set_reaches_the_services(name: str, without: tuple[str, ...]) -> None:
    settable = set(explained_variables(without=without)) & names_read_by_the_backend()
    for service in ("web", "beat", *(f"worker-{row.name.replace('_', '-')}" for row in TABLE)):
        assert settable <= set(services(name)[service]["environment"])


def test_default_of_the_largest_upload_is_the_same_for_the_application_and_the_proxy() -> None:
    proxy = services("docker-compose.prod.yml")["proxy"]
    default = re.search(r"^#JOBS_MAX_FILE_BYTES=(\d+)", read(".env.example"), re.MULTILINE)
    assert default
    assert proxy["environment"]["JOBS_MAX_FILE_BYTES"] == f"${{JOBS_MAX_FILE_BYTES:-{default[1]}}}"
    assert "{$JOBS_MAX_FILE_BYTES}" in read("infrastructure/proxy/Caddyfile")
    assert os.environ.get("JOBS_MAX_FILE_BYTES") or int(default[1]) == settings.JOBS_MAX_FILE_BYTES


def test_page_is_called_as_the_product_is_before_it_is_loaded() -> None:
    brand = re.search(r"BRAND = '(.*)'", read("frontend/src/shared/brand.ts"))
    assert brand
    assert f"<title>{brand[1]}</title>" in read("frontend/index.html")


def test_editors_break_lines_where_the_formatters_do() -> None:
    of_editors = dict(
        re.findall(r"^\[(.+)\]\n(?:[a-z_]+ = .*\n)*?max_line_length = (\d+)", read(".editorconfig"), re.MULTILINE)
    )
    ruff = tomllib.loads(read("backend/pyproject.toml"))["tool"]["ruff"]["line-length"]
    prettier = json.loads(read("frontend/.prettierrc.json"))["printWidth"]
    assert of_editors == {"*.py": str(ruff), "*.{ts,tsx,js,css,json}": str(prettier)}


def test_no_script_has_line_ends_of_windows() -> None:
    assert "* text=auto eol=lf" in read(".gitattributes").splitlines()
    scripts = [path for path in (ROOT / "scripts").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert not [path.name for path in scripts if b"\r" in path.read_bytes()]


def test_readme_shows_queues_as_they_are() -> None:
    """A queue may be left out there: adding one takes a row in the table and a service in each Compose file."""
    rows = {
        row.name: table_row(
            [
                f"`{row.name}`",
                row.concurrency,
                row.prefetch_multiplier,
                "yes" if row.acks_late else "no",
                f"{row.time_limit} s (soft {row.soft_time_limit} s)",
                row.purpose,
            ]
        )
        for row in TABLE
    }
    shown = re.findall(r"^\| `(\w+)` \|.*$", section("Queues"), re.MULTILINE)
    assert shown
    assert all(rows[name] in read("README.md") for name in shown)
