"""What a pipeline is: its options, its stages, and what a stage's function sees of the step that it runs for."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from config.queues import get_queue

Json = dict[str, Any]


class Run(Protocol):
    """One attempt at one step, as a stage's function sees it.

    Every method raises `LostClaim` once this attempt no longer holds the step; let it pass.
    """

    job_id: UUID
    owner_id: Any  # the primary key of the user whose job it is
    label: str  # the step's name within its stage, such as a column
    input: Json  # what the stage's plan gave to this step
    options: Json  # the job's options, complete and valid
    attempt: int  # 1 for the first
    last_checkpoint: Json | None  # what an earlier attempt at this step saved last; None for a beginning

    def report(self, percent: float, message: str = "") -> None:
        """Save and announce progress, 0-100. Cheap to call often: most calls are coalesced."""

    def draft(self, text: str) -> None:
        """Show what this step has written of its result so far: the whole text, at most 20,000 characters.

        Cheap to call often, like `report`. It is gone when the step ends, for then there is the result.
        """

    def checkpoint(self, state: Json) -> None:
        """Save where a long step is. If its worker is lost, or it fails and is retried, the next attempt goes on there.

        At most 64 kB of JSON: save what is large with `save_file`, and its name here. Raises JobError.
        """

    def source(self) -> AbstractContextManager[Path]:
        """Yield the job's file as a local path; a URL is fetched first. Raises JobError."""

    def fetch(self, url: str, destination: Path, *, max_bytes: int) -> str:
        """Save what a stranger's address answers, and return its content type. Raises JobError.

        Like a job's URL: public servers only, except those that FETCH_PRIVATE_HOSTS names.
        """

    def working_folder(self) -> AbstractContextManager[Path]:
        """Yield an empty folder on the local disk, which is gone afterwards."""

    def results(self, stage: str) -> list[Any]:
        """Return what the steps of an earlier stage returned, in the order in which they were planned."""

    def save_artifact(self, name: str, content: bytes | Path, content_type: str, title: str = "") -> None:
        """Save a file that the job's user sees, by its title or else its name. The same name again replaces it.

        What is given as a path is copied piece by piece: it may be larger than the memory.
        """

    def save_file(self, name: str, content: bytes | Path) -> None:
        """Save a file that only this job reads: later steps, and later attempts at this one."""

    def open_file(self, name: str) -> AbstractContextManager[Path]:
        """Yield a file of `save_file` as a local path."""


StageFunction = Callable[[Run], Any]  # what it returns is the step's result: whatever pydantic turns into JSON


@dataclass(frozen=True)
class Planned:
    """A step to be made: its name within the stage, and its input (JSON)."""

    label: str
    input: Json


Plan = Callable[[list[Any]], Sequence[Planned]]  # from the results of the stage before


@dataclass(frozen=True)
class Stage:
    """A named stretch of a pipeline on one queue. All of its steps may run in parallel.

    `run` is a StageFunction or its dotted path, which only the workers of the queue import. `plan` makes the stage's
    steps from the results of the stage before; without it there is one step, named like the stage.
    `weight` is the stage's share of the job's progress, relative to the other stages.
    Raises UnknownQueue when `queue` is not in the queue table.
    """

    name: str
    queue: str
    run: str | StageFunction
    plan: Plan | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        get_queue(self.queue)

    def planned(self, results: list[Any]) -> Sequence[Planned]:
        """Return the steps to be made, from the results of the stage before. Raises ValueError when there is none."""
        steps = self.plan(results) if self.plan else [Planned(label=self.name, input={})]
        if not steps:
            raise ValueError(f"The plan of stage {self.name!r} made no step.")
        return steps

    def load(self) -> StageFunction:
        if not isinstance(self.run, str):
            return self.run
        module, _, name = self.run.rpartition(".")
        function: StageFunction = getattr(import_module(module), name)
        return function


class Options(BaseModel):
    """Base of a pipeline's options: an unknown name is an error, not ignored."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Pipeline:
    """What can be asked for. `kind` is its name in the API; `accepts` lists file endings, with the dot.

    A job's `result` is what the first step of the last stage returned. `unavailable_reason` returns a
    sentence while the pipeline can't be used, such as a missing API key, else "".
    """

    kind: str
    title: str
    description: str
    stages: tuple[Stage, ...]
    accepts: tuple[str, ...] = ()
    options: type[Options] = Options
    unavailable_reason: Callable[[], str] = lambda: ""

    def stage(self, name: str) -> Stage:
        return next(stage for stage in self.stages if stage.name == name)

    def stage_after(self, name: str) -> Stage | None:
        position = [stage.name for stage in self.stages].index(name)
        return self.stages[position + 1] if position + 1 < len(self.stages) else None
