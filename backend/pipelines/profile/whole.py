"""Stage `table`: what concerns several columns at once, from the columns that the stage before has typed."""

import math
from collections.abc import Callable

import polars as pl
from matplotlib.figure import Figure

from apps.jobs.pipelines import Json, Run
from pipelines.profile.canvas import SEPARATOR, to_png
from pipelines.profile.columns import NUMERIC, Column, column_file
from pipelines.profile.missing import missing_patterns, missing_values
from pipelines.profile.over_time import over_time
from pipelines.profile.statistics import SAMPLED_CELLS, correlations, strongest
from pipelines.profile.table_charts import correlation_chart, distinct_values, duplicates_chart
from tables.engine import connect
from tables.ingest import TABLE_FILE

Drawn = tuple[Figure, str, Json]


def compare(run: Run) -> Json:
    """Draw what the step's input names. Returns its `description` in words, and what else it found."""
    run.report(5, run.label)
    figure, description, found = ASPECTS[run.input["what"]](run)
    description = description.replace(SEPARATOR, ", ")
    run.report(60, f"Drawing {run.label}")
    run.save_artifact(run.input["artifact"], to_png(figure, description), "image/png", title=run.label)
    return {**found, "description": description}


def _correlations(run: Run) -> Drawn:
    columns = run.results("columns")
    numeric = [position for position, column in enumerate(columns) if column["type"] in NUMERIC]
    step = max(1, math.ceil(_rows(run) * len(numeric) / SAMPLED_CELLS))
    table = pl.DataFrame([_read(run, position, every=step).alias(columns[position]["name"]) for position in numeric])
    names, r = correlations(table)
    figure, description = correlation_chart(names, r)
    return figure, description, {"correlations": strongest(names, r)}


def _distinct(run: Run) -> Drawn:
    return *distinct_values(run.results("columns")), {}


def _over_time(run: Run) -> Drawn:
    columns: list[Column] = run.results("columns")
    positions = [run.input["date"], *run.input["trends"]]
    table = pl.DataFrame([_read(run, position).alias(columns[position]["name"]) for position in positions])
    return *over_time(columns[positions[0]], table), {}


def _missing(run: Run) -> Drawn:
    return *missing_values(run.results("columns"), _rows(run)), {}


def _missing_together(run: Run) -> Drawn:
    columns: list[Column] = run.results("columns")
    return missing_patterns(columns, lambda position: _read(run, position).is_null())


def _duplicates(run: Run) -> Drawn:
    with run.open_file(TABLE_FILE) as path, run.working_folder() as folder, connect(folder) as connection:
        query = "SELECT count(*) - count(DISTINCT hash(*COLUMNS(*))) FROM read_parquet($path)"
        found = connection.execute(query, {"path": str(path)}).fetchone()
    duplicates = int(found[0]) if found else 0
    return *duplicates_chart(duplicates, _rows(run)), {"duplicates": duplicates}


ASPECTS: dict[str, Callable[[Run], Drawn]] = {
    "Correlations": _correlations,
    "Distinct values": _distinct,
    "Over time": _over_time,
    "Missing values": _missing,
    "Missing together": _missing_together,
    "Duplicate rows": _duplicates,
}


def _rows(run: Run) -> int:
    return int(run.results("ingest")[0]["rows"])


def _read(run: Run, position: int, every: int = 1) -> pl.Series:
    with run.open_file(column_file(position)) as path:
        return pl.scan_parquet(path, glob=False).gather_every(every).collect().to_series()
