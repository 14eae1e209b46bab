"""Stage `summarize`: the job's result, with a summary that a language model writes, or that the statistics make up."""

from django.conf import settings

from apps.jobs.pipelines import Json, Run
from pipelines.profile.columns import Column, TableFacts
from pipelines.profile.files import statistics_files
from pipelines.profile.findings import summary_of


def summarize(run: Run) -> Json:
    """Return the job's result: {"summary", "written_by", "columns": [Column], "notes"} and TableFacts.

    `summary` is plain paragraphs, separated by an empty line. `written_by` is the model's name, or "statistics".
    """
    run.report(10, "Reading the statistics")
    read = run.results("ingest")[0]
    columns: list[Column] = [_without_description(result) for result in run.results("columns")]
    table = table_facts(read["rows"], columns, run.results("table"))
    if settings.AI_BASE_URL and settings.AI_MODEL:
        # Imported only where a model is configured: the client alone takes a second and 40 MB.
        from pipelines.profile.model import write_summary

        summary, written_by = write_summary(run, table, columns), settings.AI_MODEL
    else:
        summary, written_by = summary_of(table, columns, read["notes"]), "statistics"
    for name, (content, content_type, title) in statistics_files(columns).items():
        run.save_artifact(name, content, content_type, title)
    return {"summary": summary, "written_by": written_by, "columns": columns, "notes": read["notes"], **table}


def table_facts(rows: int, columns: list[Column], compared: list[Json]) -> TableFacts:
    """Put together what is known of the table, from its columns and what the stage before found."""
    found = {name: value for result in compared for name, value in result.items()}
    return {
        "rows": rows,
        "duplicates": found.get("duplicates", 0),
        "constant": [column["name"] for column in columns if column["unique"] == 1 and rows > 1],
        "keys": [
            column["name"]
            for column in columns
            if column["unique"] == rows > 1 and column["type"] in ("text", "integer")
        ],
        "missing_together": found.get("missing_together", []),
        "correlations": found.get("correlations", []),
    }


def _without_description(result: Json) -> Column:
    column: Column = {name: result[name] for name in Column.__annotations__}  # type: ignore[assignment]
    return column
