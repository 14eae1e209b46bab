"""Stage `chart`: draws one column, or one aspect of the whole table, from the Parquet file that `ingest` left."""

import polars as pl

from apps.jobs.pipelines import Json, Run
from pipelines.profile.canvas import SEPARATOR, to_png
from pipelines.profile.column_charts import column_chart
from pipelines.profile.columns import NUMERIC, TABLE_FILE, Column
from pipelines.profile.statistics import correlations, describe, strongest
from pipelines.profile.table_charts import correlation_chart, distinct_values, missing_values


def chart(run: Run) -> Json:
    """Draw the chart that the step's input names, and save it as an artifact.

    Returns its `description` in words, and for the correlations the strongest of them.
    """
    run.report(5, f"Drawing {run.label}")
    what = run.input["chart"]
    found: Json = {}
    if what == "correlations":
        names = [column["name"] for column in _columns(run) if column["type"] in NUMERIC]
        matrix = correlations(_read(run, names))
        figure, description = correlation_chart(*matrix)
        found["correlations"] = strongest(*matrix)
    elif what == "missing":
        figure, description = missing_values(_columns(run), run.results("ingest")[0]["rows"])
    elif what == "distinct":
        figure, description = distinct_values(_columns(run))
    else:
        name = run.input["column"]
        table = _read(run, [name, *run.input["trends"]])
        figure, description = column_chart(describe(name, table[name], what), table)
    description = description.replace(SEPARATOR, ", ")
    run.report(60, f"Drawing {run.label}")
    run.save_artifact(run.input["artifact"], to_png(figure, description), "image/png", title=run.label)
    return {**found, "description": description}


def _columns(run: Run) -> list[Column]:
    columns: list[Column] = run.results("ingest")[0]["columns"]
    return columns


def _read(run: Run, names: list[str]) -> pl.DataFrame:
    with run.open_file(TABLE_FILE) as path:
        return pl.read_parquet(path, columns=names, glob=False, memory_map=False)
