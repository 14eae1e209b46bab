"""Stage `match`: scores the pairs of rows that may mean the same, and keeps those that do."""

import time

import polars as pl

from apps.jobs.failures import ErrorCode, JobError
from apps.jobs.pipelines import Json, Run
from pipelines.master.columns import Compared, compared_columns
from pipelines.master.pairs import candidates
from pipelines.master.scores import likeness, scores
from tables.ingest import TABLE_FILE

MATCHES_FILE = "matches.parquet"  # columns a, b, score, and the likeness of each compared column by its place
MAX_ROWS = 300_000  # their pairs take 500 MB
AT_ONCE = 100_000  # pairs that are scored together
SAVE_EVERY = 3.0  # seconds between two checkpoints
SORTED = 10  # percent; what comes after is scoring


def match(run: Run) -> Json:
    """Return {"compared": [{"name", "bits"}], "pairs", "matches"}, and save MATCHES_FILE.

    An attempt that was lost is gone on with from the pair that was scored last.
    """
    read = run.results("read")[0]
    if read["rows"] > MAX_ROWS:
        raise JobError(
            ErrorCode.INVALID_INPUT,
            f"The file has {read['rows']:,} rows, and up to {MAX_ROWS:,} are compared with each other. Split it, for "
            "example by country: rows of different files are never the same.",
        )
    with run.open_file(TABLE_FILE) as table:
        columns = compared_columns(table, read["names"], run.options["compare"])
    run.report(SORTED / 2, "Sorting by each column")
    pairs = candidates(columns)
    matches = _score(run, columns, pairs)
    _save(run, MATCHES_FILE, matches)
    compared = [{"name": column.name, "bits": round(column.bits, 1)} for column in columns]
    return {"compared": compared, "pairs": len(pairs), "matches": len(matches)}


def _score(run: Run, columns: list[Compared], pairs: pl.DataFrame) -> pl.DataFrame:
    state = run.last_checkpoint or {"scored": 0, "file": ""}
    found = [_load(run, state["file"])] if state["file"] else []
    saved_at = time.monotonic()
    for start in range(state["scored"], len(pairs), AT_ONCE):
        run.report(SORTED + (99 - SORTED) * start / len(pairs), f"{start:,} of {len(pairs):,} pairs compared")
        found.append(_matching(columns, pairs.slice(start, AT_ONCE), run.options["threshold"]))
        if time.monotonic() - saved_at > SAVE_EVERY:
            file = "found-1.parquet" if state["file"] == "found-0.parquet" else "found-0.parquet"
            _save(run, file, pl.concat(found))
            state = {"scored": start + AT_ONCE, "file": file}
            run.checkpoint(state)
            saved_at = time.monotonic()
    return pl.concat(found) if found else _matching(columns, pairs, run.options["threshold"])


def _matching(columns: list[Compared], pairs: pl.DataFrame, threshold: float) -> pl.DataFrame:
    likenesses = [likeness(column, pairs) for column in columns]
    by_place = [pl.Series(str(place), alike) for place, alike in enumerate(likenesses)]
    scored = pairs.with_columns(pl.Series("score", scores(columns, likenesses)), *by_place)
    return scored.filter(pl.col("score") >= threshold)


def _save(run: Run, name: str, table: pl.DataFrame) -> None:
    with run.working_folder() as folder:
        target = folder / "table.parquet"
        table.write_parquet(target)
        run.save_file(name, target)


def _load(run: Run, name: str) -> pl.DataFrame:
    with run.open_file(name) as path:
        return pl.read_parquet(path, glob=False, memory_map=False)
