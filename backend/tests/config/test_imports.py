"""What the queue table and the environment bring along, in an interpreter of their own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BACKEND = Path(__file__).resolve().parents[2]
LIST_PACKAGES = "import json, sys, {module}; print(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"


@pytest.mark.parametrize("module", ["config", "config.env", "config.queues", "config.worker"])
def test_module_needs_neither_celery_nor_django(module: str) -> None:
    command = [sys.executable, "-c", LIST_PACKAGES.format(module=module)]
    packages = json.loads(subprocess.run(command, cwd=BACKEND, check=True, capture_output=True, text=True).stdout)
    assert "config" in packages
    assert not {"celery", "kombu", "django", "apps"} & set(packages)


@pytest.mark.parametrize(
    ("command", "modules"),
    [
        (["-m", "config.celery_command", "worker", "--help"], {"celery.bin.celery", "flower", "prompt_toolkit"}),
        (["-c", "import config.asgi"], {"httpx"}),
        (["-c", "import config.asgi"], {"bs4", "duckdb", "limits", "numpy", "openai", "polars"}),  # examples
        (["-c", "import config.asgi"], {"matplotlib"}),  # example: profile
    ],
    ids=lambda value: " ".join(value),
)
def test_process_loads_nothing_large_that_it_does_not_run(command: list[str], modules: set[str]) -> None:
    done = subprocess.run([sys.executable, "-X", "importtime", *command], cwd=BACKEND, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "config.celery" in loaded
    assert not modules & loaded


def test_settings_bring_the_celery_application_along() -> None:
    code = "import config.settings, celery; print(celery.current_app.main)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=BACKEND, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "config"
