"""Stage `read`: finds where in a line each field stands. Files that lack a column are refused as a whole."""

from apps.jobs.failures import ErrorCode, JobError
from apps.jobs.pipelines import Json, Run
from tables.delimited import find_layout
from tables.encodings import as_utf8

LINES_FILE = "lines.txt"  # the file in UTF-8
NEEDED = ("date", "instrument", "quantity", "price", "currency")
OPTIONAL = ("reference",)


def read(run: Run) -> Json:
    """Return {"delimiter", "columns": {field: place}, "width", "header_line"}. Lines count from 1."""
    with run.source() as source, run.working_folder() as folder:
        text, _ = as_utf8(source, folder, run.options["encoding"])
        layout = find_layout(text, delimiter=run.options["delimiter"], header="yes")
        run.save_file(LINES_FILE, text)
    places = {name.strip().casefold(): place for place, name in enumerate(layout.names)}
    if missing := [field for field in NEEDED if field not in places]:
        raise JobError(
            ErrorCode.INVALID_INPUT,
            f"The file has no column {missing[0]!r}. Its first line has to name the columns {', '.join(NEEDED)}, and "
            "may name a reference that no two transactions share.",
        )
    columns = {field: places[field] for field in (*NEEDED, *OPTIONAL) if field in places}
    return {
        "delimiter": layout.delimiter,
        "columns": columns,
        "width": len(layout.names),
        "header_line": layout.skipped + 1,
    }
