from apps.jobs.pipelines import Json, Run


def tell(run: Run) -> Json:
    """Return {"rows": int, "columns": [str], "drawn": int}."""
    read: Json = run.results("read")[0]
    return {**read, "drawn": len(run.results("draw"))}
