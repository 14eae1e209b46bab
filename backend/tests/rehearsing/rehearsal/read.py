import logging

from apps.jobs.failures import ErrorCode, JobError
from apps.jobs.pipelines import Json, Run

log = logging.getLogger(__name__)


def read(run: Run) -> Json:
    """Return {"rows": int, "columns": [str]}."""
    with run.source() as path:
        try:
            header, *rows = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            raise JobError(ErrorCode.INVALID_INPUT, "This is no text. Choose a file with a table in it.") from None
    if not rows:
        raise JobError(ErrorCode.INVALID_INPUT, "There is no row below the header. Choose another file.")
    columns = header.split(",")
    run.report(90, "Reading rows")
    log.info("Read %s rows and %s columns", f"{len(rows):,}", len(columns))
    return {"rows": len(rows), "columns": columns}
