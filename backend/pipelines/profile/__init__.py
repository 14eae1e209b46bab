"""`profile`: a CSV file in; a chart per column, two for the whole table, and a written summary out.

Imported by every process, so the heavy modules stand in `run` as dotted paths: only their queue's worker loads them.
"""

from typing import Literal

from pydantic import Field

from apps.jobs.pipelines import Json, Options, Pipeline, Planned, Stage, register
from pipelines.profile.columns import NUMERIC, Column
from pipelines.profile.names import file_stem, unique

MAX_TRENDS = 2  # columns drawn over time under a date column


class ProfileOptions(Options):
    """What may be asked of `profile`."""

    delimiter: Literal["auto", ",", ";", "\t", "|"] = Field(
        "auto", title="Delimiter", description="What separates the values of a row: auto finds out by itself."
    )


def plan_charts(results: list[Json]) -> list[Planned]:
    """Plan one chart per column, in the file's order, and one or two for the whole table.

    Tables with fewer than two numeric columns have no correlations: distinct values are counted there. What is missing
    is drawn when something is.
    """
    columns: list[Column] = results[0]["columns"]
    names = [column["name"] for column in columns]
    numeric = [column["name"] for column in columns if column["type"] in NUMERIC]
    relation = ("correlations", "Correlations") if len(numeric) > 1 else ("distinct", "Distinct values")
    missing = [("missing", "Missing values")] if any(column["missing"] for column in columns) else []
    table = [relation, *missing]

    table_files = [file_stem(label.lower()) for _, label in table]
    files = unique(map(file_stem, names), taken=table_files, joint="-")
    labels = unique(names, taken=[label for _, label in table])
    return [
        Planned(
            label,
            {
                "chart": column["type"],
                "artifact": f"{file}.png",
                "column": column["name"],
                "trends": numeric[:MAX_TRENDS] if column["type"] == "date" else [],
            },
        )
        for column, label, file in zip(columns, labels, files, strict=True)
    ] + [
        Planned(label, {"chart": chart, "artifact": f"{file}.png"})
        for (chart, label), file in zip(table, table_files, strict=True)
    ]


PROFILE = register(
    Pipeline(
        kind="profile",
        title="Profile a table",
        description="Reads a CSV file, draws a chart of every column, and writes a summary of what is in it.",
        accepts=(".csv", ".tsv", ".txt"),
        options=ProfileOptions,
        stages=(
            Stage("ingest", "ingestion_io", "pipelines.profile.ingest.ingest"),
            Stage("chart", "charts_cpu", "pipelines.profile.charts.chart", plan=plan_charts, weight=4),
            Stage("summarize", "ai", "pipelines.profile.summary.summarize"),
        ),
    )
)
