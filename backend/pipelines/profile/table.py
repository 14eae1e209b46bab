"""Reads a CSV file strictly into a table of strings. What isn't a CSV is refused with the line and the remedy.

One parser reads everything: Python's, because it can name the line of what is wrong. `kinds` types the columns.
"""

import codecs
import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from apps.jobs.failures import ErrorCode, JobError
from pipelines.profile.names import printable, unique

MAX_COLUMNS = 200
MAX_CELLS = 20_000_000  # about 320 MB of strings while they are read
MAX_LINE = 1_000_000  # bytes
CHUNK_CELLS = 10_000
SAMPLE_BYTES = 64 * 1024
DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}

SIGNATURES = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"PAR1": "a Parquet file",
}
MARKUP = (
    (re.compile(r"\s*<(!doctype html|html)\b", re.IGNORECASE), "a web page"),
    (re.compile(r"\s*<\?xml\b", re.IGNORECASE), "an XML document"),
    (re.compile(r"\s*(\{\s*\"|\[\s*[\[{])"), "a JSON document"),
)


@dataclass(frozen=True)
class Table:
    """The rows as strings, empty values as null; how they were separated; and what had to be put right."""

    frame: pl.DataFrame
    delimiter: str
    notes: list[str]


def read_table(path: Path, *, delimiter: str = "auto", on_progress: Callable[[float], None] | None = None) -> Table:
    """Read a CSV with a header. `on_progress` hears the share that is read, 0 to 1. Raises JobError(INVALID_INPUT).

    UTF-8 and, with a byte order mark, UTF-16 are read. Empty and repeated column names are put right and noted.
    """
    encoding = _encoding(path)
    sample = _sample(path, encoding)
    _check_bytes(path, encoding)
    if delimiter == "auto":
        delimiter = _detect_delimiter(sample)
    chunks: list[pl.DataFrame] = []
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding) as text:
        reader = csv.reader(text, delimiter=delimiter, skipinitialspace=True, strict=True)
        try:
            names, notes = _names(next((row for row in reader if not _blank(row)), []))
            for rows in _row_chunks(reader, len(names)):
                if set(map(len, rows)) != {len(names)}:
                    raise _ragged(path, encoding, delimiter, len(names))
                values = zip(*rows, strict=True)
                chunks.append(pl.DataFrame([pl.Series(n, v, pl.String) for n, v in zip(names, values, strict=True)]))
                if on_progress:
                    on_progress(raw.tell() / path.stat().st_size)
        except UnicodeDecodeError as error:
            raise _wrong_encoding(path, encoding) from error
        except csv.Error as error:
            raise _invalid(_quoting(str(error), reader.line_num)) from error
    if not chunks:
        raise _invalid("The file has a header but no rows below it. Submit one with at least one row.")
    frame = pl.concat(chunks).with_columns(pl.all().replace("", None))
    return Table(frame, delimiter, notes)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
    if not start.strip(codecs.BOM_UTF8 + b" \t\r\n"):
        raise _invalid("The file is empty. Submit one with a header and rows.")
    for signature, kind in SIGNATURES.items():
        if start.startswith(signature):
            raise _invalid(f"This is {kind}, not a CSV file. Export the table as CSV and submit that.")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in start:
        raise _invalid("This is a binary file, not a CSV. Export the table as CSV in UTF-8 and submit that.")
    return "utf-8-sig"


def _sample(path: Path, encoding: str) -> str:
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES).decode(encoding, errors="replace")
    for markup, kind in MARKUP:
        if markup.match(sample):
            raise _invalid(f"This is {kind}, not a CSV file. Use the address or the export of the table itself.")
    return sample


def _detect_delimiter(sample: str) -> str:
    """Return what splits the first rows most evenly into more than one value, else a comma."""
    lines = sample.splitlines()
    lines = lines[:-1] or lines  # the last one may be cut

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True) if any(row)]
        except csv.Error:
            return 0.0, 0
        return (widths.count(widths[0]) / len(widths), widths[0]) if widths and widths[0] > 1 else (0.0, 0)

    return max(DELIMITERS, key=evenness)


def _check_bytes(path: Path, encoding: str) -> None:
    """Refuse what would fill the memory with one line before the parser could count its columns, and zero bytes."""
    with path.open("rb") as file:
        for position in itertools.count():
            block = file.read(MAX_LINE)
            if encoding != "utf-16" and b"\0" in block:
                raise _invalid(
                    "The file contains zero bytes, so it is no text. Export the table as CSV and submit that."
                )
            if len(block) < MAX_LINE:
                return
            if b"\n" not in block and b"\r" not in block:
                where = f"The header has far more than {MAX_COLUMNS} columns, or it" if position == 0 else "A line"
                raise _invalid(f"{where} is longer than {MAX_LINE:,} bytes. Check that this is a CSV file.")


def _names(header: list[str]) -> tuple[list[str], list[str]]:
    if len(header) > MAX_COLUMNS:
        raise _invalid(f"The file has {len(header):,} columns. At most {MAX_COLUMNS} are profiled: leave some out.")
    given = [printable(name) for name in header]
    filled = [name or f"column_{position}" for position, name in enumerate(given, 1)]
    names = unique(filled)
    notes = [
        f"Column {position} has no name and is called {name}."
        for position, name in enumerate(names, 1)
        if not given[position - 1]
    ]
    notes += [
        f"The name {old} occurs twice; the later column is called {new}."
        for old, new in zip(filled, names, strict=True)
        if old != new
    ]
    return names, notes


def _blank(row: list[str]) -> bool:
    return len(row) < 2 and not any(row)


def _row_chunks(reader: Iterator[list[str]], width: int) -> Iterator[list[list[str]]]:
    size = CHUNK_CELLS // max(width, 1)
    total = 0
    while chunk := list(itertools.islice(reader, size)):
        even = set(map(len, chunk)) == {width}
        rows = chunk if even else [row for row in chunk if len(row) == width or not _blank(row)]
        total += len(rows)
        if total * width > MAX_CELLS:
            raise _invalid(
                f"The table has more than {MAX_CELLS // width:,} rows, the most for {width} columns. "
                "Submit a part of its rows or columns."
            )
        if rows:
            yield rows


def _ragged(path: Path, encoding: str, delimiter: str, width: int) -> JobError:
    """Read once more, row by row, to name the first line that has more or fewer values than the header."""
    with path.open(encoding=encoding) as text:
        reader = csv.reader(text, delimiter=delimiter, skipinitialspace=True, strict=True)
        found = next(len(row) for row in reader if not _blank(row) and len(row) != width)
        values = "1 value" if found == 1 else f"{found:,} values"
        return _invalid(
            f"Line {reader.line_num:,} has {values}, but the header has {width}. Correct that line (values are "
            f"separated by a {DELIMITER_NAMES[delimiter]}; put those that contain one into double quotes)."
        )


def _quoting(error: str, line: int) -> str:
    if "field limit" in error or "end of data" in error:
        return f"A double quote is opened and not closed, seen by line {line:,}. Close it, or double it if it is text."
    return f"The double quotes in line {line:,} are misplaced. Quote whole values only, and double a quote inside one."


def _wrong_encoding(path: Path, encoding: str) -> JobError:
    remedy = "Save the file as CSV UTF-8 and submit it again."
    if encoding != "utf-8-sig":
        return _invalid(f"The file begins like UTF-16 but isn't. {remedy}")
    offset = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                position, byte = offset + error.start + 1, line[error.start]
                return _invalid(f"Line {number:,} is not UTF-8: byte {position:,} of the file is {byte:#x}. {remedy}")
            offset += len(line)
    return _invalid(f"The file is not UTF-8. {remedy}")


def _invalid(message: str) -> JobError:
    return JobError(ErrorCode.INVALID_INPUT, message)
