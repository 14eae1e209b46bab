"""The first stage of whatever works on a table: reads the job's file, and leaves the table as Parquet."""

import logging

from apps.jobs.pipelines import Json, Run
from tables.options import Reading
from tables.read import read_table

log = logging.getLogger(__name__)

TABLE_FILE = "table.parquet"  # for run.open_file: later steps read the columns that they need
READ_FROM, READ_TO = 40, 95  # percent; what comes before is fetching


def ingest(run: Run) -> Json:
    """Return {"rows", "names", "notes", "delimiter", "is_typed"}: see tables.read.Table.

    The job's options are those of tables.options.Reading, and others.
    """
    with run.source() as path, run.working_folder() as folder:
        target = folder / TABLE_FILE
        table = read_table(
            path,
            target,
            Reading.of(run.options),
            folder=folder,
            on_progress=lambda share: run.report(READ_FROM + (READ_TO - READ_FROM) * share, "Reading rows"),
        )
        log.info("Read %s rows and %s columns", f"{table.rows:,}", f"{len(table.names):,}")
        for note in table.notes:
            log.info("%s", note)
        run.save_file(TABLE_FILE, target)
    return {
        "rows": table.rows,
        "names": table.names,
        "notes": table.notes,
        "delimiter": table.delimiter,
        "is_typed": table.is_typed,
    }
