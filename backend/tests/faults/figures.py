"""What a soak counted, and whether it agrees."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from tests.faults.crowd import Json, Losses
from tests.faults.soak_faults import KINDS

SHOWN = 20  # sentences about what is wrong


@dataclass(frozen=True)
class Figures:
    submitted: int  # accepted: answered with a job
    jobs: list[Json]  # that the stack knows in the end
    losses: Losses
    faults: Counter[str]  # by kind
    sockets: int
    reopened: int  # times
    untrue: list[str]  # what sockets showed in the end that isn't so
    repeated: int  # submits that no answer came to
    refused: list[str]  # answers that weren't a job

    @property
    def completed(self) -> int:
        return sum(job["status"] == "completed" for job in self.jobs)

    @property
    def ran_again(self) -> int:
        return sum(max(0, step["attempt"] - 1) for job in self.jobs for step in job["steps"])

    @property
    def longest(self) -> float:
        """Seconds from the submit to the end of a job."""
        return max((_seconds(job) for job in self.jobs if job["finished_at"]), default=0.0)

    @property
    def agree(self) -> bool:
        counts = {self.submitted, len(self.jobs), self.completed}
        return len(counts) == 1 and self.losses == Losses() and not self.untrue and not self.refused

    def wrong(self) -> list[str]:
        """Return sentences about what doesn't agree."""
        found = [sentence for sentences in asdict(self.losses).values() for sentence in sentences]
        return [*found, *self.untrue, *self.refused]

    def lines(self) -> Iterator[str]:
        """Yield the table, and below it what is wrong."""
        width = max(len(name) for name, _ in self._rows())
        yield from (f"{name:<{width}}  {value}" for name, value in self._rows())
        wrong = self.wrong()
        yield from (f"- {sentence}" for sentence in wrong[:SHOWN])
        if len(wrong) > SHOWN:
            yield f"- and {len(wrong) - SHOWN} more"
        yield "The counts agree." if self.agree else "The counts do not agree."

    def _rows(self) -> Iterable[tuple[str, object]]:
        return (
            ("submitted", self.submitted),
            ("known in the end", len(self.jobs)),
            ("completed", self.completed),
            ("lost", len(self.losses.lost)),
            ("stuck", len(self.losses.stuck)),
            ("artifacts or results missing", len(self.losses.missing)),
            ("doubled", len(self.losses.doubled)),
            ("steps run again", self.ran_again),
            ("longest from submit to end", f"{self.longest:.0f} s"),
            ("submits repeated, unanswered", self.repeated),
            ("submits answered by an error", len(self.refused)),
            ("sockets with the true state", f"{self.sockets - len(self.untrue)} of {self.sockets}"),
            ("sockets opened again", f"{self.reopened} times"),
            ("faults", self.faults.total()),
            *((f"  {kind}: {what}", self.faults[kind]) for kind, what in KINDS.items()),
        )


def _seconds(job: Json) -> float:
    begun, ended = (datetime.fromisoformat(job[name]) for name in ("created_at", "finished_at"))
    return (ended - begun).total_seconds()
