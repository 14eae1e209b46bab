"""What native mode gives its processes: the shell's variables, then .env, then defaults; and the ports it can have."""

import socket
from pathlib import Path

import pytest

from native import frontend
from native.environment import Port, given_environment, given_redis, native_environment, ports_of, read_dotenv
from native.ports import complaints, free_port, is_free


def test_dotenv_is_read_as_compose_reads_it() -> None:
    text = """
# a comment
WEB_PORT=8001
export EMAIL_FROM=small
QUOTED="a # b"   # a comment
SINGLE='x y'
EMPTY=
TRAILING=value # a comment
HASH=a#b
#COMMENTED=out
"""
    assert read_dotenv(text) == {
        "WEB_PORT": "8001",
        "EMAIL_FROM": "small",
        "QUOTED": "a # b",
        "SINGLE": "x y",
        "EMPTY": "",
        "TRAILING": "value",
        "HASH": "a#b",
    }


def test_shell_wins_over_dotenv_and_dotenv_over_defaults(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("WEB_PORT=8001\nFLOWER_PORT=5556\nDEMO_USER=false\nFRONTEND_PORT=\nEMAIL_FROM=small\n")
    environment = native_environment(given_environment({"WEB_PORT": "8002", "EMAIL_FROM": ""}, dotenv=dotenv))
    assert (environment["WEB_PORT"], environment["FLOWER_PORT"], environment["DEMO_USER"]) == ("8002", "5556", "false")
    assert environment["FRONTEND_PORT"] == "5173"
    assert "EMAIL_FROM" not in environment
    assert environment["WEB_ORIGIN"] == "http://127.0.0.1:8002"


def test_own_redis_has_broker_in_database_0_and_channel_layer_in_1() -> None:
    environment = native_environment({"REDIS_PORT": "7000"})
    assert environment["CELERY_BROKER_URL"] == environment["CELERY_RESULT_BACKEND"] == "redis://127.0.0.1:7000/0"
    assert environment["REDIS_URL"] == "redis://127.0.0.1:7000/1"
    assert given_redis({"REDIS_PORT": "7000"}) is None


@pytest.mark.parametrize("name", ["REDIS_URL", "CELERY_BROKER_URL"])
def test_one_given_redis_url_is_enough(name: str) -> None:
    environment = native_environment({name: "redis://:secret@elsewhere:6380/5"})
    assert environment[name].endswith("/5")
    others = {"CELERY_BROKER_URL": 0, "CELERY_RESULT_BACKEND": 0, "REDIS_URL": 1}
    for other in set(others) - {name}:
        assert environment[other] == f"redis://:secret@elsewhere:6380/{others[other]}"


def test_another_kind_of_broker_still_needs_a_redis_for_the_channel_layer() -> None:
    environment = native_environment({"CELERY_BROKER_URL": "amqp://broker"})
    assert environment["REDIS_URL"] == "redis://127.0.0.1:6390/1"


def test_port_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="WEB_PORT is 'many'"):
        ports_of({"WEB_PORT": "many"})


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1"])
def test_port_in_use_is_named_with_its_remedy(host: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        try:
            listener.bind((host, 0))
        except OSError:
            pytest.skip(f"{host} can't be had here")
        listener.listen()
        number = listener.getsockname()[1]
        (complaint,) = complaints([Port("web", "WEB_PORT", number)])
    assert f"Port {number} (web) is in use" in complaint
    assert "WEB_PORT=" in complaint


def test_port_is_free_again_once_its_server_is_gone() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as server, socket.create_connection(("127.0.0.1", port)):
        server.accept()[0].close()
    assert is_free(port)


def test_missing_node_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "was not found" in (frontend.missing_node() or "")


@pytest.mark.parametrize(
    ("version", "accepted"), [("v18.20.1", False), ("v20.18.9", False), ("v20.19.0", True), ("v24.1.0", True)]
)
def test_old_node_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, accepted: bool) -> None:
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    missing = frontend.missing_node()
    assert missing is None if accepted else version in (missing or "")
