"""A run that keeps everything in memory, and files to run on."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from apps.jobs.pipelines import Json
from pipelines.profile import PROFILE, plan_charts
from pipelines.profile.charts import chart
from pipelines.profile.ingest import ingest
from pipelines.profile.summary import summarize

SAMPLE = Path(__file__).parents[4] / "frontend" / "src" / "features" / "profile" / "seattle-weather.csv"

WriteFile = Callable[[str | bytes], Path]
MakeRun = Callable[..., "MemoryRun"]


class MemoryRun:
    """Implements `pipelines.Run` in memory. What passes between stages passes through strict JSON, as in the engine."""

    def __init__(self, path: Path, folder: Path, **options: object) -> None:
        self.job_id = uuid4()
        self.attempt = 1
        self.label, self.input = "", Json()
        self.options = PROFILE.options(**options).model_dump()
        self.artifacts: dict[str, bytes] = {}
        self.reports: list[tuple[float, str]] = []
        self._path, self._folder = path, folder
        self._results: dict[str, list[Json]] = {"chart": []}

    def report(self, percent: float, message: str = "") -> None:
        self.reports.append((percent, message))

    @contextmanager
    def source(self) -> Iterator[Path]:
        yield self._path

    def results(self, stage: str) -> list[Json]:
        return self._results[stage]

    def save_artifact(self, name: str, content: bytes, content_type: str, title: str = "") -> None:
        assert name not in self.artifacts, f"{name} would replace another file"
        assert title == self.label if content_type == "image/png" else title.startswith("Statistics")
        self.artifacts[name] = content

    def save_file(self, name: str, content: bytes) -> None:
        (self._folder / name).write_bytes(content)

    @contextmanager
    def open_file(self, name: str) -> Iterator[Path]:
        yield self._folder / name

    def do(
        self, stage: str, function: Callable[["MemoryRun"], Json], label: str = "", given: Json | None = None
    ) -> Json:
        """Run one step and keep what it returns."""
        self.label, self.input = label or stage, given or {}
        result: Json = json.loads(json.dumps(function(self), allow_nan=False))
        self._results.setdefault(stage, []).append(result)
        return result

    def ingest(self) -> Json:
        return self.do("ingest", ingest)

    def draw(self) -> list[Json]:
        return [self.do("chart", chart, step.label, step.input) for step in plan_charts(self.results("ingest"))]

    def summarize(self) -> Json:
        """Return the job's result. Of the charts only the correlations are drawn: the summary reads no other."""
        for step in plan_charts([self.ingest()]):
            if step.input["chart"] == "correlations":
                self.do("chart", chart, step.label, step.input)
        return self.do("summarize", summarize)


@pytest.fixture
def write(tmp_path: Path) -> WriteFile:
    def write_file(content: str | bytes) -> Path:
        path = tmp_path / "file.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def run_on(write: WriteFile, tmp_path: Path) -> MakeRun:
    """Make a run on a file, or on what a file is to contain."""

    def make(source: Path | str | bytes, **options: object) -> MemoryRun:
        return MemoryRun(source if isinstance(source, Path) else write(source), tmp_path, **options)

    return make
