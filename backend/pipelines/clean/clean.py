"""Stage `clean`: applies the rules to each column and then to the rows, until a round changes nothing."""

import time
from contextlib import ExitStack
from pathlib import Path

import polars as pl

from apps.jobs.failures import ErrorCode, JobError
from apps.jobs.pipelines import Json, Run
from pipelines.clean.outliers import far_from_others
from pipelines.clean.report import Report
from pipelines.clean.rules import NUMERIC, clean_column
from tables.columns import headings, read_texts
from tables.ingest import TABLE_FILE
from tables.kinds import convert

SAVE_EVERY = 3.0  # seconds between two checkpoints
MAX_ROUNDS = 50
CLEANED = 90  # percent; what comes after is writing


def clean(run: Run) -> Json:
    """Return {"rows_before", "rows_after", "columns", "counts": [Counted], "examples": [Example]}.

    Saves the cleaned table as CSV, and the report. An attempt that was lost is gone on with from the column it was at.
    """
    work = Work(run)
    while work.clean_once():
        if work.round > MAX_ROUNDS:
            raise JobError(ErrorCode.PROCESSING_ERROR, f"There is still something to clean after {MAX_ROUNDS} rounds.")
    with run.working_folder() as folder:
        table = folder / "cleaned.csv"
        work.write(table)
        run.save_artifact("cleaned.csv", table, "text/csv", title="Cleaned table")
    run.save_artifact("changes.csv", work.report.as_csv(), "text/csv", title="Changes by rule and column")
    return {
        "rows_before": run.results("read")[0]["rows"],
        "rows_after": len(work.rows),
        "columns": len(work.names),
        "counts": work.report.counts,
        "examples": work.report.examples,
    }


class Work:
    """The table between two rounds: a file for each column, and which rows of the given file are left."""

    def __init__(self, run: Run) -> None:
        read = run.results("read")[0]
        self._run, self.names, self._delimiter = run, read["names"], read["delimiter"]
        state = run.last_checkpoint or {"round": 0, "column": 0, "changed": False, "report": ""}
        self.round, self._column, self._changed = state["round"], state["column"], state["changed"]
        self._report_file = state["report"]
        self.report = Report(self._read_text(self._report_file) if self._report_file else "")
        self.rows = self._read("rows") if self.round else pl.int_range(1, read["rows"] + 1, eager=True)
        self._saved_at = time.monotonic()

    def clean_once(self) -> bool:
        """Clean every column, then drop rows. Return whether anything was changed."""
        for position in range(self._column, len(self.names)):
            name = self.names[position]
            self._run.report(self._progress(position), f"Cleaning {name}")
            values, changes = clean_column(self._before(position), self._run.options, self._delimiter)
            for change in changes:
                self.report.add(name, change, self.rows)
            self._save(_column(position), values)
            self._column, self._changed = position + 1, self._changed or bool(changes)
            if time.monotonic() - self._saved_at > SAVE_EVERY:
                self._checkpoint()
        was_changed = self._drop_rows() or self._changed
        self.round, self._column, self._changed = self.round + 1, 0, False
        self._save("rows", self.rows)
        self._checkpoint()
        return was_changed

    def write(self, target: Path) -> None:
        """Write the table as CSV, once a round has changed nothing.

        What separates the values stays, because it tells what a comma in a number means.
        """
        self._run.report(CLEANED, "Writing the table")
        with ExitStack() as files:
            paths = [
                files.enter_context(self._run.open_file(self._file(_column(position), self.round - 1)))
                for position in range(len(self.names))
            ]
            columns = [pl.scan_parquet(path, glob=False) for path in paths]
            names = headings(self.names)
            named = [column.select(pl.all().alias(name)) for column, name in zip(columns, names, strict=True)]
            pl.concat(named, how="horizontal").sink_csv(target, include_bom=True, separator=self._delimiter)

    def _before(self, position: int) -> pl.Series:
        """Return a column as it is before this round, as strings."""
        if self.round:
            values = self._read(_column(position), self.round - 1)
            return values.filter(self._read("kept", self.round - 1))
        with self._run.open_file(TABLE_FILE) as path:
            return read_texts(path, self.names[position])

    def _drop_rows(self) -> bool:
        """Mark the rows that stay, and return whether others are dropped."""
        kept = pl.repeat(True, len(self.rows), dtype=pl.Boolean, eager=True)
        if self._run.options["outliers"] == "drop":
            kept = ~self._has_outlier()
            self.report.add_rows("outlier", self.rows.filter(~kept))
        if self._run.options["duplicates"]:
            repeated = kept & ~self._is_first()
            self.report.add_rows("duplicate", self.rows.filter(repeated))
            kept &= ~repeated
        self._save("kept", kept)
        self.rows = self.rows.filter(kept)
        return not kept.all()

    def _has_outlier(self) -> pl.Series:
        found = pl.repeat(False, len(self.rows), dtype=pl.Boolean, eager=True)
        for position in range(len(self.names)):
            numbers, kind = convert(self._read(_column(position)), delimiter=self._delimiter)
            if kind in NUMERIC:
                found |= far_from_others(numbers)
        return found

    def _is_first(self) -> pl.Series:
        """Return which rows are the first of their kind, by 128 bits of each."""
        keys = [pl.repeat(0, len(self.rows), dtype=pl.UInt64, eager=True) for _ in range(2)]
        for position in range(len(self.names)):
            values = self._read(_column(position))
            keys = [key * 31 + values.hash(seed) for seed, key in enumerate(keys)]
        return pl.DataFrame({"a": keys[0], "b": keys[1]}).select(pl.struct("a", "b").is_first_distinct()).to_series()

    def _progress(self, position: int) -> float:
        """Return percent: each round is shorter than the one before, as far as anybody knows."""
        share = (self.round + position / len(self.names)) if self.names else 0
        return CLEANED * (1 - 0.4**share)

    def _checkpoint(self) -> None:
        """Save where this is, and the report in another file than the last one, which is still the one that counts."""
        self._report_file = "report-1" if self._report_file == "report-0" else "report-0"
        self._run.save_file(self._report_file, self.report.as_json().encode())
        state = {"round": self.round, "column": self._column, "changed": self._changed, "report": self._report_file}
        self._run.checkpoint(state)
        self._saved_at = time.monotonic()

    def _file(self, name: str, of_round: int) -> str:
        return f"{name}-{of_round % 2}.parquet"  # a round needs what the one before left, and nothing older

    def _save(self, name: str, values: pl.Series) -> None:
        with self._run.working_folder() as folder:
            target = folder / "values.parquet"
            values.to_frame("values").write_parquet(target)
            self._run.save_file(self._file(name, self.round), target)

    def _read(self, name: str, of_round: int | None = None) -> pl.Series:
        with self._run.open_file(self._file(name, self.round if of_round is None else of_round)) as path:
            return pl.read_parquet(path, glob=False, memory_map=False).to_series()

    def _read_text(self, name: str) -> str:
        with self._run.open_file(name) as path:
            return path.read_text(encoding="utf-8")


def _column(position: int) -> str:
    return f"column-{position}"
