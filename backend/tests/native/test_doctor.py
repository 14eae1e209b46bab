"""What the doctor sees from outside: the checkout, this machine, and where a stack runs."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from native import doctor
from native.environment import PORTS, ROOT
from native.ports import free_port


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    (tmp_path / ".env.example").write_bytes((ROOT / ".env.example").read_bytes())
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    return tmp_path


def test_line_ends_of_windows_are_found(root: Path) -> None:
    (root / "scripts" / "up").write_bytes(b"#!/usr/bin/env bash\r\n")
    (root / "scripts" / "up.ps1").write_bytes(b"# for Windows\r\n")
    [finding] = doctor.check_scripts()
    assert (finding.level, finding.text) == ("error", "up end lines as Windows does (CRLF)")
    (root / "scripts" / "up").write_bytes(b"#!/usr/bin/env bash\n")
    assert [finding.level for finding in doctor.check_scripts()] == ["ok"]


def test_unknown_variable_is_named_with_its_nearest(root: Path) -> None:
    assert [finding.level for finding in doctor.check_dotenv()] == ["ok"]
    known = "WEB_PORT=1\nCHARTS_CPU_CONCURRENCY=3\nPOSTGRES_PASSWORD_FILE=/x\n"
    (root / ".env").write_text(f"{known}AI_CONCURENCY=2\nXYZZY=1\n")
    found = list(doctor.check_dotenv())
    assert [finding.remedy for finding in found] == ["Did you mean AI_CONCURRENCY?", "Delete it."]
    (root / ".env").write_text(known)
    assert [finding.level for finding in doctor.check_dotenv()] == ["ok"]


def test_celery_in_the_wrong_folder_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert [finding.level for finding in doctor.check_python()] == ["ok"]
    monkeypatch.setattr(doctor, "BACKEND", tmp_path)
    [finding] = doctor.check_python()
    assert "No module named 'config'" in finding.text
    assert "scripts/worker" in finding.remedy


@pytest.mark.parametrize(("memory", "level"), [("2000000000", "warning"), ("8000000000", "ok"), ("", "ok")])
def test_little_memory_of_docker_is_named(monkeypatch: pytest.MonkeyPatch, memory: str, level: str) -> None:
    monkeypatch.setattr(doctor, "docker", lambda *words: memory)
    assert [finding.level for finding in doctor.check_docker()] == [level]


def test_port_that_is_taken_is_named() -> None:
    free = {port.variable: str(free_port()) for port in PORTS}
    assert [finding.level for finding in doctor.check_ports(free)] == ["ok"]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = str(taken.getsockname()[1])
        [finding] = doctor.check_ports(free | {"WEB_PORT": number})
    assert f"Port {number} (web) is in use" in finding.text
    assert "WEB_PORT=" in finding.remedy


def test_all_of_it_is_one_line_per_check_and_json_for_programs(tmp_path: Path) -> None:
    variables = {port.variable: str(free_port()) for port in PORTS}
    variables |= {"DATA_DIR": str(tmp_path), "COMPOSE_PROJECT_NAME": "test-none-such"}
    command = [sys.executable, "-m", "native.doctor", "--json"]
    done = subprocess.run(
        command, cwd=ROOT / "scripts", env=os.environ | variables, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = {finding["name"]: finding["level"] for finding in json.loads(done.stdout)}
    assert found["stack"] == "warning"
    assert found["ports"] == "ok"
