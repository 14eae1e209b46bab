"""Reads CSV strictly: DuckDB does, within bounded memory and at its speed; what it refuses, Python's parser names."""

import csv
import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from apps.jobs.failures import JobError
from tables.engine import connect, run_slowly
from tables.kinds import looks_typed
from tables.names import column_names
from tables.options import Delimiter, Header
from tables.refusals import invalid

MAX_LINE = 2_000_000  # bytes
MAX_COLUMNS = 2_000
SAMPLE_BYTES = 256 * 1024
SAMPLE_ROWS = 100
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
MARKUP = (
    (re.compile(r"\s*<(!doctype html|html)\b", re.IGNORECASE), "a web page"),
    (re.compile(r"\s*<\?xml\b", re.IGNORECASE), "an XML document"),
    (re.compile(r"\s*(\{\s*\"|\[\s*[\[{])"), "a JSON document"),
)


@dataclass(frozen=True)
class Layout:
    """How the rows of a text stand: what separates the values, and what the columns are called."""

    delimiter: str
    has_header: bool
    skipped: int  # lines at the beginning with nothing in them
    names: list[str]
    notes: list[str]


def find_layout(text: Path, *, delimiter: Delimiter = "auto", header: Header = "auto") -> Layout:
    """Find how a text in UTF-8 is laid out, from its beginning. Raises JobError(INVALID_INPUT)."""
    with text.open("rb") as file:
        sample = file.read(SAMPLE_BYTES).decode("utf-8-sig", errors="replace")
    if not sample.strip():
        raise invalid("The file is empty. Submit one with a header and rows.")
    for markup, kind in MARKUP:
        if markup.match(sample):
            raise invalid(f"This is {kind}, not a table. Use the address or the export of the table itself.")
    lines = sample.splitlines()
    if len(sample) >= SAMPLE_BYTES // 4 and len(lines) > 1:
        lines = lines[:-1]  # it may be cut
    chosen = _detect_delimiter(lines) if delimiter == "auto" else delimiter
    rows = _parsed(lines, chosen)
    if not rows:
        raise _diagnosis(text, chosen, width=None)
    if len(rows[0]) > MAX_COLUMNS:
        raise invalid(f"The file has {len(rows[0]):,} columns, at most {MAX_COLUMNS:,} are read: leave some out.")
    has_header = _has_header(rows) if header == "auto" else header == "yes"
    names, notes = column_names(rows[0] if has_header else [""] * len(rows[0]), noted=has_header)
    if not has_header and header == "auto":
        notes = ["The first row looks like data, not like names: the columns are numbered."]
    skipped = sum(1 for _ in itertools.takewhile(lambda line: not line.strip(), lines))
    return Layout(chosen, has_header, skipped, names, notes)


def copy_rows(text: Path, target: Path, layout: Layout, *, folder: Path, on_progress: Callable[[float], None]) -> None:
    """Write the rows of a text in UTF-8 as Parquet: strings, with null where nothing stands. Raises JobError."""
    columns = dict.fromkeys(layout.names, "VARCHAR")
    only = "WHERE COLUMNS(*) IS NOT NULL" if len(columns) == 1 else ""  # a blank line is no row
    sql = f"""
        COPY (
            SELECT * FROM read_csv(
                $text, columns = $columns, header = $header, delim = $delimiter, quote = '"', escape = '"',
                skip = $skipped, new_line = '\\n', auto_detect = false, strict_mode = true, null_padding = false,
                max_line_size = {MAX_LINE}, nullstr = '', allow_quoted_nulls = true
            ) {only}
        ) TO '{target}' (FORMAT parquet, ROW_GROUP_SIZE {max(2_048, 4_000_000 // len(columns))})
    """  # noqa: S608 - numbers and a path of ours
    given = {
        "text": str(text),
        "columns": columns,
        "header": layout.has_header,
        "skipped": layout.skipped,
        "delimiter": layout.delimiter,
    }
    try:
        with connect(folder) as connection:
            run_slowly(connection, sql, given, on_progress=on_progress)
    except duckdb.Error as error:
        raise _diagnosis(text, layout.delimiter, width=len(columns)) from error


def _detect_delimiter(lines: list[str]) -> str:
    """Return what splits the first rows most evenly into more than one value, else a comma."""

    def evenness(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in _parsed(lines, delimiter)]
        return (widths.count(widths[0]) / len(widths), widths[0]) if widths and widths[0] > 1 else (0.0, 0)

    return max(DELIMITER_NAMES, key=evenness)


def _parsed(lines: list[str], delimiter: str) -> list[list[str]]:
    """Return the first rows, as far as they can be parsed."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        for row in csv.reader(iter(f"{line}\n" for line in lines), delimiter=delimiter, skipinitialspace=True):
            if any(row):
                rows.append(row)
            if len(rows) > SAMPLE_ROWS:
                break
    return rows


def _has_header(rows: list[list[str]]) -> bool:
    """Tell from the first row whether it has names: it has none where it is typed as the rows below it are.

    Years above columns of numbers are names.
    """
    first, *others = rows
    columns = list(zip(*(row for row in others if len(row) == len(first)), strict=True))
    typed = [cell for cell, values in zip(first, columns, strict=False) if looks_typed(values)]
    are_years = len(typed) > 1 and all(re.fullmatch(r"(19|20)\d\d", cell) for cell in typed) and len(set(typed)) > 1
    return not typed or are_years or not all(looks_typed([cell]) for cell in typed)


def _diagnosis(text: Path, delimiter: str, width: int | None) -> JobError:
    """Read once more, row by row, to name the line of what is wrong, and what to do."""
    with text.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(_checked(lines), delimiter=delimiter, skipinitialspace=True, strict=True)
        try:
            for row in reader:
                if width is None:
                    width = len(row)
                if row == [""] and width > 1:
                    return invalid(f"Line {reader.line_num:,} holds nothing but spaces or quotes. Delete it.")
                if row and len(row) != width:
                    return _ragged(len(row), width, reader.line_num, delimiter)
        except csv.Error as error:
            return invalid(_quoting(str(error), reader.line_num))
        except JobError as refusal:
            return refusal
    return invalid("The file could not be read as CSV. Save it once more as CSV in UTF-8, and submit that.")


def _checked(lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE // 4:
            raise invalid(f"Line {number:,} is far too long. Check that this is a CSV file, and its delimiter.")
        yield line


def _ragged(found: int, width: int, line: int, delimiter: str) -> JobError:
    values = "1 value" if found == 1 else f"{found:,} values"
    return invalid(
        f"Line {line:,} has {values}, but the header has {width}. Correct that line (values are separated by a "
        f"{DELIMITER_NAMES[delimiter]}; put those that contain one into double quotes)."
    )


def _quoting(error: str, line: int) -> str:
    if "field limit" in error or "end of data" in error:
        return f"A double quote is opened and not closed, seen by line {line:,}. Close it, or double it if it is text."
    return f"The double quotes in line {line:,} are misplaced. Quote whole values only, and double a quote inside one."
