"""Stage `ingest`: reads the file, types and profiles every column, and leaves the table as Parquet for the charts."""

import io
import logging

import polars as pl

from apps.jobs.pipelines import Json, Run
from pipelines.profile.columns import TABLE_FILE, Column
from pipelines.profile.kinds import convert
from pipelines.profile.statistics import describe
from pipelines.profile.table import read_table

log = logging.getLogger(__name__)

READ_FROM, READ_TO, PROFILED = 40, 65, 95  # percent; what comes before is fetching


def ingest(run: Run) -> Json:
    """Return {"rows", "columns": [Column], "notes": [str]}; the file's `notes` tell what had to be put right."""
    with run.source() as path:
        table = read_table(
            path,
            delimiter=run.options["delimiter"],
            on_progress=lambda share: run.report(READ_FROM + (READ_TO - READ_FROM) * share, "Reading rows"),
        )
    frame = table.frame
    log.info("Read %s rows and %s columns", f"{frame.height:,}", f"{frame.width:,}")
    for note in table.notes:
        log.info("%s", note)
    columns: list[Column] = []
    for position, name in enumerate(frame.columns):
        run.report(READ_TO + (PROFILED - READ_TO) * position / frame.width, f"Profiling {name}")
        values, kind = convert(frame[name], delimiter=table.delimiter)
        columns.append(describe(name, values, kind))
        frame.replace_column(position, values)
    run.report(PROFILED, "Saving the table")
    run.save_file(TABLE_FILE, _parquet(frame))
    return {"rows": frame.height, "columns": columns, "notes": table.notes}


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()
