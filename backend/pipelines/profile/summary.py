"""Stage `summarize`: the job's result, with a summary that a language model writes, or that the statistics make up."""

from django.conf import settings

from apps.jobs.pipelines import Json, Run
from pipelines.profile.columns import Column, Correlation
from pipelines.profile.files import statistics_files
from pipelines.profile.findings import summary_of


def summarize(run: Run) -> Json:
    """Return the job's result: {"summary", "written_by", "rows", "columns", "notes", "correlations"}.

    `summary` is plain paragraphs, separated by an empty line. `written_by` is the model's name, or "statistics".
    """
    run.report(10, "Reading the statistics")
    table = run.results("ingest")[0]
    columns: list[Column] = table["columns"]
    correlations: list[Correlation] = next((r["correlations"] for r in run.results("chart") if "correlations" in r), [])
    if settings.AI_BASE_URL and settings.AI_MODEL:
        # Imported only where a model is configured: the client alone takes a second and 40 MB.
        from pipelines.profile.model import write_summary

        run.report(30, f"Waiting for {settings.AI_MODEL}")
        summary, written_by = write_summary(table["rows"], columns, correlations), settings.AI_MODEL
    else:
        summary, written_by = summary_of(table["rows"], columns, correlations, table["notes"]), "statistics"
    for name, (content, content_type, title) in statistics_files(columns).items():
        run.save_artifact(name, content, content_type, title)
    return {
        "summary": summary,
        "written_by": written_by,
        "rows": table["rows"],
        "columns": columns,
        "notes": table["notes"],
        "correlations": correlations,
    }
