"""`rehearsal`: a pipeline for tests. It goes through three queues as a real one does, and needs no library.

In a stack under test: PIPELINES=pipelines,tests.rehearsing
"""

from pydantic import Field

from apps.jobs.pipelines import Json, Options, Pipeline, Planned, Stage, register


class RehearsalOptions(Options):
    seconds: float = Field(0.5, ge=0, le=60, description="How long each drawing takes.")


def plan_drawings(results: list[Json]) -> list[Planned]:
    """Plan one drawing per column, and two for the whole."""
    return [Planned(label, {"colour": number}) for number, label in enumerate([*results[0]["columns"], "Rows", "All"])]


register(
    Pipeline(
        kind="rehearsal",
        title="Rehearsal",
        description="Reads a table, draws something for each of its columns, and tells what there was.",
        accepts=(".csv", ".txt"),
        options=RehearsalOptions,
        stages=(
            Stage("read", "ingestion_io", f"{__name__}.read.read"),
            Stage("draw", "charts_cpu", f"{__name__}.draw.draw", plan=plan_drawings, weight=4),
            Stage("tell", "ai", f"{__name__}.tell.tell"),
        ),
    )
)
