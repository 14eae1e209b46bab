"""`scripts/remove-examples`, typed in a copy of the project: nothing of the examples is left, and the rest holds."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from native.environment import ROOT
from project.remove_examples import EXAMPLES, FOLDERS, MARKED, without
from testing.compose import copy_checkout

OF_EACH = "|".join(rf"pipelines[./]{name}\b|features/{name}\b|kind={name}\b|['\"`]{name}['\"`]" for name in EXAMPLES)
TRACES = re.compile(
    rf"{OF_EACH}|\bexamples?: [a-z]+$|remove.examples|[Ss]eattle|polars|duckdb|calamine|openai|import limits|bs4|"
    r"AI_(BASE_URL|API_KEY|MODEL)|SEARCH_URL|import matplotlib|MPLCONFIGDIR"
)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("without-examples")
    copy_checkout(folder)
    done = typed(folder / "scripts", "project.remove_examples")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Gone: {', '.join(EXAMPLES)}" in done.stdout
    return folder


def typed(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment.setdefault("UV", shutil.which("uv") or str(ROOT / ".data/tools/bin/uv"))
    command = (sys.executable, "-m", *command)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


def texts(checkout: Path) -> dict[str, str]:
    locks = ("uv.lock", "package-lock.json")
    files = (path for path in checkout.rglob("*") if path.is_file() and path.name not in locks)
    found = {}
    for file in files:
        try:
            found[file.relative_to(checkout).as_posix()] = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            found[file.relative_to(checkout).as_posix()] = ""  # a picture
    return found


def test_nothing_of_the_examples_is_left(checkout: Path) -> None:
    left = {name: [line for line in text.splitlines() if TRACES.search(line)] for name, text in texts(checkout).items()}
    assert {name: lines for name, lines in left.items() if lines} == {}
    assert [name for name in left for example in EXAMPLES if re.search(rf"/{example}\b", name)] == []


def test_libraries_of_the_examples_are_not_locked_any_more(checkout: Path) -> None:
    packages = re.findall(r'^name = "(.*)"$', (checkout / "backend/uv.lock").read_text(), re.MULTILINE)
    assert "celery" in packages
    assert not {"duckdb", "matplotlib", "numpy", "openai", "polars"} & set(packages)


RUFF, LAYERS = ("ruff", "check", ".", "../scripts"), ("importlinter.cli", "lint")
PYTEST = ("pytest", "-q", "-p", "no:cacheprovider")


@pytest.mark.parametrize(
    "command",
    [
        RUFF,
        ("ruff", "format", "--check", ".", "../scripts"),
        LAYERS,
        (*PYTEST, "tests/test_promises.py", "tests/test_handbook.py", "tests/config"),
    ],
    ids=lambda command: "-".join(command[:2]),
)
def test_rest_holds(checkout: Path, command: tuple[str, ...]) -> None:
    done = typed(checkout / "backend", *command)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", EXAMPLES)
def test_rest_holds_without_one_of_them(name: str, tmp_path: Path) -> None:
    copy_checkout(tmp_path)
    assert typed(tmp_path / "scripts", "project.remove_examples", name).returncode == 0
    files = ("tests/test_promises.py", "tests/test_handbook.py", "tests/pipelines")
    runs_some_tests_and_imports_those_of_the_others = (*PYTEST, *files, "-k", "test_promises or test_handbook")
    for command in (RUFF, LAYERS, runs_some_tests_and_imports_those_of_the_others):
        done = typed(tmp_path / "backend", *command)
        assert done.returncode == 0, done.stdout + done.stderr


def test_unknown_example_is_refused_and_nothing_is_removed(tmp_path: Path) -> None:
    copy_checkout(tmp_path)
    done = typed(tmp_path / "scripts", "project.remove_examples", "report")
    assert done.returncode == 1
    assert f"There is no example 'report'. The examples are: {', '.join(EXAMPLES)}." in done.stderr
    assert all((tmp_path / FOLDERS[0] / name).is_dir() for name in EXAMPLES)


def test_every_example_has_its_folders_and_marks() -> None:
    for name in EXAMPLES:
        assert [folder for folder in FOLDERS[:2] if not (ROOT / folder / name).is_dir()] == []
    marks = ["examples", *(f"example: {name}" for name in EXAMPLES)]
    texts = {file: (ROOT / file).read_text(encoding="utf-8") for file in MARKED}
    assert [file for file, text in texts.items() if without(text, marks) == text] == []
