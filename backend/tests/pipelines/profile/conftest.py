"""A run of `profile` in memory, and files to run on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from apps.jobs.pipelines import Json
from pipelines.profile import canvas
from tests.pipelines.memory_run import MemoryRun

SAMPLE = Path(__file__).parents[4] / "frontend" / "src" / "features" / "profile" / "seattle-weather.csv"

MakeRun = Callable[..., "ProfileRun"]


class ProfileRun(MemoryRun):
    """A run of `profile`, stage by stage."""

    def columns(self) -> list[Json]:
        """Read the file, and return each column's profile."""
        self.run_stage("ingest")
        return self.run_stage("columns")

    def save_artifact(self, name: str, content: bytes | Path, content_type: str, title: str = "") -> None:
        assert name not in self.artifacts, f"{name} would replace another file"
        assert title == self.label if content_type == "image/png" else title.startswith("Statistics")
        super().save_artifact(name, content, content_type, title)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw fewer pixels: what is tested doesn't show in them."""
    monkeypatch.setattr(canvas, "DPI", 40)


@pytest.fixture
def run_on(tmp_path: Path) -> MakeRun:
    """Make a run on a file, or on what a file is to contain."""

    def make(source: Path | str, **options: object) -> ProfileRun:
        if isinstance(source, str):
            path = tmp_path / "file.csv"
            path.write_text(source, encoding="utf-8")
            source = path
        return ProfileRun("profile", tmp_path, source, **options)

    return make
