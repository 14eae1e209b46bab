"""The scripts that change the project, each typed in a copy of it: what they leave holds together."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from testing.compose import copy_checkout

COMPOSE_FILES = ("docker-compose.yml", "docker-compose.prod.yml")
PROMISES = ("tests/test_promises.py", "tests/config")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    copy_checkout(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("untouched")
    copy_checkout(folder)
    (folder / "backend/pipelines/mail.py").touch()
    return folder


def typed(checkout: Path, *command: str, folder: str = "scripts") -> subprocess.CompletedProcess[str]:
    """Run a module as its script does."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=checkout / folder,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def run_tests(checkout: Path, *which: str) -> subprocess.CompletedProcess[str]:
    return typed(checkout, "pytest", "-q", "-p", "no:cacheprovider", *which, folder="backend")


def checked(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr


def lint(checkout: Path) -> None:
    for command in (["ruff", "check", "."], ["ruff", "format", "--check", "."]):
        checked(typed(checkout, *command, folder="backend"))


def read_all(checkout: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def test_new_pipeline_comes_with_a_test_that_passes(checkout: Path) -> None:
    checked(typed(checkout, "project.new_pipeline", "send_mail", "--queue", "ai"))
    checked(run_tests(checkout, "tests/pipelines/test_send_mail.py"))
    lint(checkout)
    code = (
        "import django; django.setup(); from apps.jobs.pipelines import find_pipeline; "
        "print(find_pipeline('send_mail').stages[0].queue)"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=checkout / "backend",
        env=environment | {"PYTHONPATH": f".{os.pathsep}../scripts"},
        capture_output=True,
        text=True,
    )
    assert shown.stdout.strip() == "ai", shown.stderr


def test_new_queue_is_all_that_a_queue_takes(checkout: Path) -> None:
    numbers = ("--concurrency", "3", "--time-limit", "300", "--soft-time-limit", "290", "--acks-early")
    checked(typed(checkout, "project.new_queue", "sound_io", "--purpose", 'Transcription, "live"', *numbers))
    checked(run_tests(checkout, *PROMISES))
    lint(checkout)
    shown = typed(checkout, "config.worker", "sound_io", "--print", folder="backend").stdout
    assert "--queues sound_io" in shown
    assert "--concurrency 3" in shown
    for name in COMPOSE_FILES:
        assert "worker-sound-io:" in (checkout / name).read_text()
        assert "stop_grace_period: 310s" in (checkout / name).read_text()


def test_row_without_its_services_is_named_by_the_tests(checkout: Path) -> None:
    untouched = {name: (checkout / name).read_text() for name in COMPOSE_FILES}
    checked(typed(checkout, "project.new_queue", "sound"))
    for name, text in untouched.items():
        (checkout / name).write_text(text)
    done = run_tests(checkout, *PROMISES)
    assert done.returncode == 1
    assert all(f"test_compose_has_one_worker_for_each_queue[{name}]" in done.stdout for name in COMPOSE_FILES)
    assert "worker-sound" in done.stdout


def test_new_name_is_what_people_see(checkout: Path) -> None:
    checked(typed(checkout, "project.rename", "Ada's  Tools & Söhne"))
    assert "export const BRAND = 'Ada\\'s Tools & Söhne';" in (checkout / "frontend/src/shared/brand.ts").read_text()
    assert "<title>Ada's Tools &amp; Söhne</title>" in (checkout / "frontend/index.html").read_text()
    assert "\nname: ada-s-tools-s-hne\n" in (checkout / "docker-compose.prod.yml").read_text()
    assert (checkout / "README.md").read_text().startswith("# Ada's Tools & Söhne\n")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("new_pipeline", "mail"), "exists already"),
        (("new_pipeline", "Send-Mail"), "can't be a name"),
        (("new_pipeline", "class"), "can't be a name"),
        (("new_pipeline", "../x"), "can't be a name"),
        (("new_pipeline", "post", "--queue", "aii"), "There is no queue 'aii'. The queues are "),
        (("new_queue", "ai"), "There is a queue 'ai' already"),
        (("new_queue", "sound", "--time-limit", "10"), "soft time limit has to be below"),
        (("new_queue", "sound", "--concurrency", "0"), "at least 1"),
        (("new_queue", "sound", "--purpose", "a\nb"), "on one line"),
        (("rename", "世界"), "a letter from a to z"),
    ],
    ids=lambda value: "_".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_refused_and_changes_nothing(untouched: Path, command: tuple[str, ...], reason: str) -> None:
    before = read_all(untouched)
    script, *arguments = command
    done = typed(untouched, f"project.{script}", *arguments)
    assert done.returncode == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert read_all(untouched) == before
