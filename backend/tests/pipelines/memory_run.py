"""A pipeline's stages without engine, database or storage: what they return, save and report, for unit tests of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from django.conf import settings
from pydantic_core import to_jsonable_python

from apps.jobs.pipelines import Json, Planned, find_pipeline
from apps.jobs.storage.fetch import fetch


class MemoryRun:
    """Implements `pipelines.Run` for one job. What stages hand on goes through strict JSON, as in the engine.

    `folder` takes the files that steps hand on. Raises pydantic's ValidationError on an option that there is not.
    """

    def __init__(
        self, kind: str, folder: Path, source: Path | None = None, owner_id: Any = None, **options: object
    ) -> None:
        pipeline = find_pipeline(kind)
        assert pipeline, f"No pipeline is called {kind!r}."
        self.pipeline = pipeline
        self.job_id, self.owner_id = uuid4(), owner_id
        self.attempt = 1
        self.last_checkpoint: Json | None = None
        self.label, self.input = "", Json()
        self.options = pipeline.options(**options).model_dump(mode="json")
        self.artifacts: dict[str, bytes] = {}
        self.titles: dict[str, str] = {}
        self.reports: list[tuple[float, str]] = []
        self.drafts: list[str] = []
        self._source, self._folder = source, folder
        self._results: dict[str, list[Any]] = {}

    def complete(self) -> Any:
        """Run every stage, and return the job's result."""
        for stage in self.pipeline.stages:
            self.run_stage(stage.name)
        return self._results[self.pipeline.stages[-1].name][0]

    def run_stage(self, name: str) -> list[Any]:
        """Run the steps of a stage, and return what each returned."""
        stages = self.pipeline.stages
        position = [stage.name for stage in stages].index(name)
        before = self._results[stages[position - 1].name] if position else []
        self._results[name] = []
        for step in stages[position].planned(before):
            self.run_step(name, step)
        return self._results[name]

    def run_step(self, stage: str, step: Planned) -> Any:
        """Run one step of a stage, and keep what it returns."""
        self.label, self.input = step.label, step.input
        result = self.pipeline.stage(stage).load()(self)
        kept = json.loads(json.dumps(to_jsonable_python(result), allow_nan=False))
        self._results.setdefault(stage, []).append(kept)
        self.last_checkpoint = None
        return kept

    def report(self, percent: float, message: str = "") -> None:
        self.reports.append((percent, message))

    def draft(self, text: str) -> None:
        self.drafts.append(text)

    def checkpoint(self, state: Json) -> None:
        self.last_checkpoint = json.loads(json.dumps(to_jsonable_python(state), allow_nan=False))

    @contextmanager
    def source(self) -> Iterator[Path]:
        assert self._source, "This run has no file: give it one as `source`."
        yield self._source

    def fetch(self, url: str, destination: Path, *, max_bytes: int) -> str:
        allowed = settings.FETCH_PRIVATE_HOSTS
        return fetch(url, destination, max_bytes=max_bytes, allowed_private_hosts=allowed).content_type

    @contextmanager
    def working_folder(self) -> Iterator[Path]:
        with TemporaryDirectory() as folder:
            yield Path(folder)

    def results(self, stage: str) -> list[Any]:
        return self._results.get(stage, [])

    def save_artifact(self, name: str, content: bytes | Path, content_type: str, title: str = "") -> None:
        self.artifacts[name] = content.read_bytes() if isinstance(content, Path) else content
        self.titles[name] = title

    def save_file(self, name: str, content: bytes | Path) -> None:
        (self._folder / name).write_bytes(content.read_bytes() if isinstance(content, Path) else content)

    @contextmanager
    def open_file(self, name: str) -> Iterator[Path]:
        yield self._folder / name
