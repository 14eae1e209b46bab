"""What was changed: counted by rule and column, with examples."""

import csv
import json
from collections import Counter
from io import StringIO
from typing import TypedDict

import polars as pl

from pipelines.clean.rules import Change
from tables.columns import headings

MAX_EXAMPLES = 100
EACH = 5  # examples of one rule in one column
MAX_CELL = 200  # characters that are shown of a cell


class Example(TypedDict):
    """A cell, or a row, before and after. `row` counts from 1 below the header of the file that was given."""

    rule: str
    column: str
    row: int
    before: str
    after: str


class Counted(TypedDict):
    rule: str
    column: str
    count: int


class Report:
    """Collects changes. Written to JSON and read again, it goes on collecting."""

    def __init__(self, text: str = "") -> None:
        held = json.loads(text) if text else {"counts": [], "examples": []}
        self._counts = Counter({(entry["rule"], entry["column"]): entry["count"] for entry in held["counts"]})
        self.examples: list[Example] = held["examples"]

    def add(self, column: str, change: Change, rows: pl.Series) -> None:
        """Count a change of cells. `rows` has the file's row for each place."""
        shown = self._count(change.rule, column, len(change.places))
        places, before, after = change.places.head(shown), change.before.head(shown), change.after.head(shown)
        for place, old, new in zip(places, before, after, strict=True):
            self.examples.append(
                {
                    "rule": change.rule,
                    "column": column,
                    "row": int(rows[place]),
                    "before": (old or "")[:MAX_CELL],
                    "after": (new or "")[:MAX_CELL],
                }
            )

    def add_rows(self, rule: str, dropped: pl.Series) -> None:
        """Count rows that were dropped, by their numbers in the file."""
        for row in dropped.head(self._count(rule, "", len(dropped))):
            self.examples.append({"rule": rule, "column": "", "row": int(row), "before": "the row", "after": ""})

    def _count(self, rule: str, column: str, changed: int) -> int:
        """Return for how many of the changed there is room among the examples."""
        before = self._counts[rule, column]
        self._counts[rule, column] += changed
        return max(0, min(changed, EACH - before, MAX_EXAMPLES - len(self.examples)))

    @property
    def counts(self) -> list[Counted]:
        return [
            {"rule": rule, "column": column, "count": count} for (rule, column), count in self._counts.items() if count
        ]

    @property
    def total(self) -> int:
        return self._counts.total()

    def as_json(self) -> str:
        return json.dumps({"counts": self.counts, "examples": self.examples}, ensure_ascii=False)

    def as_csv(self) -> bytes:
        """Return the counts as a table."""
        text = StringIO()
        table = csv.writer(text)
        table.writerow(["rule", "column", "count"])
        for counted in self.counts:
            table.writerow([counted["rule"], *headings([counted["column"]]), counted["count"]])
        return text.getvalue().encode("utf-8-sig")
