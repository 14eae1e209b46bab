"""What is known of the columns, as files: for a spreadsheet, and for a program."""

import csv
import json
from io import StringIO

from pipelines.profile.columns import Column


def statistics_files(columns: list[Column]) -> dict[str, tuple[bytes, str, str]]:
    """Return what is known of each column as CSV and as JSON: (content, content type, title) by the file's name."""
    text = StringIO()
    facts = [name for name in Column.__annotations__ if name not in ("top", "histogram", "quartiles")]
    table = csv.writer(text)
    table.writerow([*facts, "lower_quartile", "upper_quartile"])
    for column in columns:
        known = dict(column)
        values = [as_cell(known[name]) for name in facts]
        table.writerow([*values, *(column["quartiles"] or ["", ""])])
    as_json = json.dumps(columns, ensure_ascii=False, indent=1)
    return {
        "statistics.csv": (text.getvalue().encode("utf-8-sig"), "text/csv", "Statistics (CSV)"),
        "statistics.json": (as_json.encode(), "application/json", "Statistics (JSON)"),
    }


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
