"""Modules of pipelines are found in a folder, and a broken one takes nothing else down."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from apps.jobs.pipelines import all_pipelines, broken_modules, import_pipelines, registry

GREET = """
from apps.jobs.pipelines import pipeline

@pipeline(queue="default")
def {kind}() -> str:
    return "hello"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of pipelines of the test's own, beside those that there are."""
    monkeypatch.setattr(registry, "_pipelines", {})
    monkeypatch.setattr(registry, "_broken", {})
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "offered"
    folder.mkdir()
    (folder / "__init__.py").touch()
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "offered"]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("def greet(:\n", "offered/bad.py, line 1: SyntaxError: "),
        ("x = 1\nimport nowhere_to_be_found\n", "offered/bad.py, line 2: ModuleNotFoundError: No module named"),
        (GREET.format(kind="half") + "\n1 / 0\n", "offered/bad.py, line 8: ZeroDivisionError: division by zero"),
        (GREET.format(kind="good"), "offered/good.py, line 4: ValueError: Two pipelines are called 'good'"),
        (
            GREET.format(kind="wrong").replace("default", "defalt"),
            "offered/bad.py, line 4: UnknownQueue: There is no queue",
        ),
    ],
)
def test_broken_module_is_named_and_left_out(
    folder: Path, text: str, error: str, caplog: pytest.LogCaptureFixture, client: Client, settings: Settings
) -> None:
    (folder / "bad.py").write_text(text)
    (folder / "good.py").write_text(GREET.format(kind="good"))
    (folder / "other.py").write_text(GREET.format(kind="other"))
    assert import_pipelines("offered") == folder
    broken = broken_modules()[0]
    left_out = {"bad", "good"} & {broken.name}
    assert {pipeline.kind for pipeline in all_pipelines()} == {"good", "other"}
    assert len(left_out) == 1
    assert broken.error.startswith(error)
    assert broken.error in caplog.text

    settings.DEBUG = True
    shown = {entry["kind"]: entry for entry in client.get("/api/pipelines/").json()}
    assert shown["other"]["available"]
    if broken.name != "good":  # else the kind stands for the other module's pipeline
        assert (shown["bad"]["available"], shown["bad"]["unavailable_reason"]) == (False, broken.error)
        settings.DEBUG = False
        hidden = {entry["kind"]: entry for entry in client.get("/api/pipelines/").json()}["bad"]
        assert hidden["unavailable_reason"] == "It can't be loaded; the server's log says why."


@pytest.mark.parametrize("package", ["nowhere", "nowhere.inside", "tests.nowhere"])
def test_package_that_is_not_there_is_named(package: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"PIPELINES names '{package}'"):
        import_pipelines(package)
