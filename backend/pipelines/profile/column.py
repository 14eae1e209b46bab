"""Stage `columns`: finds out what one column holds, measures it and draws it."""

import polars as pl

from apps.jobs.pipelines import Json, Run
from pipelines.profile.canvas import SEPARATOR, to_png
from pipelines.profile.column_charts import column_chart
from pipelines.profile.columns import column_file
from pipelines.profile.statistics import describe
from tables.ingest import TABLE_FILE
from tables.kinds import convert


def profile_column(run: Run) -> Json:
    """Return the Column, with its chart's `description` in words. Leaves its values, typed, for the whole table."""
    name, position = run.input["column"], run.input["position"]
    run.report(5, f"Reading {run.label}")
    with run.open_file(TABLE_FILE) as path:
        read = pl.read_parquet(path, columns=[name], glob=False, memory_map=False)[name]
    values, kind = convert(read, delimiter=run.input["delimiter"], is_typed=run.input["is_typed"])
    del read
    run.report(30, f"Measuring {run.label}")
    column = describe(name, values, kind)
    run.report(50, f"Drawing {run.label}")
    figure, description = column_chart(column, values)
    description = description.replace(SEPARATOR, ", ")
    run.save_artifact(run.input["artifact"], to_png(figure, description), "image/png", title=run.label)
    run.report(80, f"Saving {run.label}")
    with run.working_folder() as folder:
        target = folder / column_file(position)
        values.to_frame("values").write_parquet(target)
        run.save_file(target.name, target)
    return {**column, "description": description}
