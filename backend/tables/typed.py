"""Reads files that say by themselves what their values are: Excel's workbooks, and Parquet."""

import datetime
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import python_calamine

from tables.names import column_names
from tables.refusals import invalid

OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"
MAX_COLUMNS = 2_000
MAX_UNPACKED = 500_000_000  # bytes in a workbook, which is read whole
INTEGERS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32)
NUMBERS = (pl.Float32, pl.Float64, pl.Decimal)
KEPT = (pl.Boolean, pl.Date, pl.String)


def is_workbook(path: Path, start: bytes) -> bool:
    """Tell whether a file is a workbook: Excel's, old or new, or OpenDocument's."""
    if start.startswith(OLD_WORKBOOK):
        return True
    if not start.startswith(ZIP):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return False
    return any(name.startswith("xl/workbook.") or name == "content.xml" for name in names)


def read_workbook(path: Path, target: Path, *, has_header: bool) -> tuple[list[str], list[str]]:
    """Write the first sheet that has rows as Parquet, its cells as strings. Return names and notes. Raises JobError."""
    _check_size(path)
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = [(name, workbook.get_sheet_by_name(name)) for name in workbook.sheet_names]
        filled = [(name, sheet) for name, sheet in sheets if sheet.start is not None]
        if not filled:
            raise invalid("The workbook has no sheet with cells in it.")
        rows = [row for row in _rows(filled[0][1]) if any(cell is not None for cell in row)]
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise invalid("The workbook can't be read: it is damaged, or protected by a password.") from error
    width = max(len(row) for row in rows)
    if width > MAX_COLUMNS:
        raise invalid(f"The sheet has {width:,} columns, at most {MAX_COLUMNS:,} are read: leave some out.")
    header = rows.pop(0) if has_header else []
    names, notes = column_names([cell or "" for cell in header] + [""] * (width - len(header)), noted=has_header)
    columns = zip(*(row + [None] * (width - len(row)) for row in rows), strict=True) if rows else ([] for _ in names)
    frame = pl.DataFrame([pl.Series(name, values, pl.String) for name, values in zip(names, columns, strict=True)])
    frame.write_parquet(target)
    if len(filled) > 1:
        notes.insert(0, f"Read was the sheet {filled[0][0]}, the first of {len(filled)}.")
    return names, notes


def copy_parquet(path: Path, target: Path) -> list[str]:
    """Write a Parquet file with types of ours, and return the names of its columns. Raises JobError."""
    try:
        frame = pl.scan_parquet(path, glob=False)
        schema = frame.collect_schema()
        if len(schema) > MAX_COLUMNS:
            raise invalid(f"The file has {len(schema):,} columns, at most {MAX_COLUMNS:,} are read: leave some out.")
        names, _ = column_names(list(schema), noted=False)
        columns = [_plain(pl.col(old), kind).alias(new) for new, (old, kind) in zip(names, schema.items(), strict=True)]
        frame.select(columns).sink_parquet(target)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise invalid("The Parquet file can't be read: it is damaged, or encrypted.") from error
    return names


def _plain(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, KEPT):
        return column
    if isinstance(kind, INTEGERS):
        return column.cast(pl.Int64)
    if isinstance(kind, NUMBERS):
        return column.cast(pl.Float64)
    if isinstance(kind, pl.Datetime):
        return column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if kind.time_zone else column
    if isinstance(kind, pl.Binary):
        return column.bin.encode("hex")
    if kind.is_nested():
        return pl.struct(column).struct.json_encode()
    return column.cast(pl.String)


def _check_size(path: Path) -> None:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_UNPACKED:
            raise invalid("The workbook is too large when it is unpacked. Export the sheet as CSV, and submit that.")


def _rows(sheet: Any) -> Iterator[list[str | None]]:
    for row in sheet.iter_rows():
        yield [_text(cell) for cell in row]


def _text(cell: Any) -> str | None:
    """Return a cell as it would stand in CSV."""
    if cell == "" and isinstance(cell, str):
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ")
    return str(cell)
