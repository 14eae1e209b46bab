"""What is known of the columns, as files: for a spreadsheet, and for a program."""

import csv
import json
from io import StringIO
from typing import Any

from pipelines.profile.columns import Column

# What has several numbers gets a column for each.
PARTS = {
    "quantiles": ("quantile_05", "quantile_25", "quantile_50", "quantile_75", "quantile_95"),
    "lengths": ("length_min", "length_median", "length_max"),
    "gaps": ("gap_period", "gap_missing", "gap_longest", "gap_longest_from"),
}


def statistics_files(columns: list[Column]) -> dict[str, tuple[bytes, str, str]]:
    """Return what is known of each column as CSV and as JSON: (content, content type, title) by the file's name."""
    text = StringIO()
    facts = [name for name in Column.__annotations__ if name not in ("top", "histogram", *PARTS)]
    table = csv.writer(text)
    table.writerow([*facts, *(name for names in PARTS.values() for name in names)])
    for column in columns:
        known = dict(column)
        values = [as_cell(known[name]) for name in facts]
        for part, names in PARTS.items():
            values += _parts(known[part], names)
        table.writerow(values)
    as_json = json.dumps(columns, ensure_ascii=False, indent=1)
    return {
        "statistics.csv": (text.getvalue().encode("utf-8-sig"), "text/csv", "Statistics (CSV)"),
        "statistics.json": (as_json.encode(), "application/json", "Statistics (JSON)"),
    }


def _parts(value: Any, names: tuple[str, ...]) -> list[object]:
    if not value:
        return [""] * len(names)
    return list(value.values() if isinstance(value, dict) else value)


def as_cell(value: object) -> object:
    """Return a value for a cell: text that a spreadsheet would run as a formula is quoted.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) and not is_number(value)
    return f"'{value}" if is_formula else value


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
