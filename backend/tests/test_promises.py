"""Two files that must agree are held together here, so that no comment has to say "keep in sync"."""

import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import env
from config.queues import TABLE
from native.environment import PORTS

ROOT = Path(__file__).resolve().parents[2]
COMPOSE_FILES = ("docker-compose.yml", "docker-compose.prod.yml")
OVERRIDABLE = [column.name for column in fields(TABLE[0]) if column.name not in ("name", "purpose")]
UNITS = {"s": 1, "m": 60, "h": 3600}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def services(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(read(name))["services"]
    return found


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
        service = services(name)["worker-" + row.name.replace("_", "-")]
        command = service["command"]
        words = command if isinstance(command, list) else command.split()
        assert words[-3:] == ["-m", "config.worker", row.name]


@pytest.mark.parametrize("name", COMPOSE_FILES)
def test_worker_is_given_the_time_to_finish_what_it_runs(name: str) -> None:
    for row in TABLE:
        service = services(name)["worker-" + row.name.replace("_", "-")]
        assert seconds(service["stop_grace_period"]) > row.time_limit


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


def test_env_example_explains_every_variable_and_no_other() -> None:
    for module in ("config.settings", "config.celery", "config.heartbeat"):
        import_module(module)
    in_compose = {name for file in COMPOSE_FILES for name in re.findall(r"(?<!\$)\$\{([A-Z][A-Z0-9_]*)", read(file))}
    ports = {port.variable for port in PORTS}
    explained = re.findall(r"^#?([A-Z][A-Z0-9_]*)=", read(".env.example"), re.MULTILINE)
    assert set(explained) == env.names_read | in_compose | ports
    assert len(explained) == len(set(explained))


@pytest.mark.parametrize("name", COMPOSE_FILES)
def test_every_number_of_a_queue_can_be_overridden_in_compose(name: str) -> None:
    overrides = {f"{row.name}_{column}".upper() for row in TABLE for column in OVERRIDABLE}
    for service in ("web", *(service for service in services(name) if service.startswith("worker-"))):
        assert overrides <= set(services(name)[service]["environment"])


def test_readme_shows_the_queue_table() -> None:
    for row in TABLE:
        cells = [
            f"`{row.name}`",
            row.concurrency,
            row.prefetch_multiplier,
            "yes" if row.acks_late else "no",
            f"{row.time_limit} s (soft {row.soft_time_limit} s)",
            row.purpose,
        ]
        assert table_row(cells) in read("README.md")
