"""`profile`: a table in; a chart per column, a few for the whole table, and a written summary out.

Imported by every process, so the heavy modules stand in `run` as dotted paths: only their queue's worker loads them.
"""

from pydantic import Field

from apps.jobs.pipelines import Json, Options, Pipeline, Planned, Stage, register
from pipelines.profile.columns import NUMERIC
from tables.names import file_stem, unique
from tables.options import ACCEPTED, Reading

MAX_TRENDS = 3  # columns drawn over time
OF_THE_TABLE = ("Correlations", "Distinct values", "Over time", "Missing values", "Missing together", "Duplicate rows")


class ProfileOptions(Options, Reading):
    """What may be asked of `profile`."""

    share_values: bool = Field(
        False,
        title="Show values to the language model",
        description="Lets it read the most frequent values of text columns, too. Else it is given numbers alone.",
    )


def plan_columns(results: list[Json]) -> list[Planned]:
    """Plan one step per column, in the file's order."""
    read = results[0]
    names: list[str] = read["names"]
    files = unique(map(file_stem, names), taken=map(_stem, OF_THE_TABLE), joint="-")
    labels = unique(names, taken=OF_THE_TABLE)
    return [
        Planned(
            label,
            {
                "column": name,
                "position": position,
                "artifact": f"{file}.png",
                "delimiter": read["delimiter"],
                "is_typed": read["is_typed"],
            },
        )
        for position, (name, label, file) in enumerate(zip(names, labels, files, strict=True))
    ]


def plan_table(results: list[Json]) -> list[Planned]:
    """Plan what concerns several columns: how they move together and over time, what is missing, what occurs twice.

    Tables with fewer than two numeric columns have no correlations: distinct values are counted there.
    """
    numeric = [position for position, column in enumerate(results) if column["type"] in NUMERIC]
    dates = [position for position, column in enumerate(results) if column["type"] == "date" and column["unique"] > 1]
    incomplete = sum(1 for column in results if column["missing"])
    steps = [_of_table("Correlations" if len(numeric) > 1 else "Distinct values")]
    if dates and numeric:
        steps.append(_of_table("Over time", date=dates[0], trends=numeric[:MAX_TRENDS]))
    if incomplete:
        steps.append(_of_table("Missing values"))
    if incomplete > 1:
        steps.append(_of_table("Missing together"))
    return [*steps, _of_table("Duplicate rows")]


def _of_table(what: str, **given: object) -> Planned:
    return Planned(what, {"what": what, "artifact": f"{_stem(what)}.png", **given})


def _stem(what: str) -> str:
    return file_stem(what.lower())


PROFILE = register(
    Pipeline(
        kind="profile",
        title="Profile a table",
        description="Reads a table, draws a chart of every column, and writes a summary of what is in it.",
        accepts=ACCEPTED,
        options=ProfileOptions,
        stages=(
            Stage("ingest", "ingestion_io", "tables.ingest.ingest"),
            Stage("columns", "charts_cpu", "pipelines.profile.column.profile_column", plan=plan_columns, weight=4),
            Stage("table", "charts_cpu", "pipelines.profile.whole.compare", plan=plan_table),
            Stage("summarize", "ai", "pipelines.profile.summary.summarize"),
        ),
    )
)
