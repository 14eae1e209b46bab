"""One table out of a file, whatever it is: as Parquet, which later steps read column by column."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from tables.delimited import copy_rows, find_layout
from tables.encodings import as_utf8
from tables.options import Reading
from tables.refusals import invalid
from tables.typed import copy_parquet, is_workbook, read_workbook

SIGNATURES = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive",
    b"PK\x03\x04": "a ZIP archive",
}
PARQUET = b"PAR1"
DECODED, READ = 0.15, 0.95  # shares of the work that are done then


@dataclass(frozen=True)
class Table:
    """What was read. `is_typed`: the file itself says what its columns are, so that its strings are texts."""

    names: list[str]
    rows: int
    notes: list[str]  # what had to be put right, in sentences
    kind: Literal["csv", "excel", "parquet"]
    delimiter: str = ","

    @property
    def is_typed(self) -> bool:
        return self.kind == "parquet"


def read_table(
    source: Path, target: Path, reading: Reading, *, folder: Path, on_progress: Callable[[float], None]
) -> Table:
    """Read a file into `target`, as Parquet with a column for each, null where nothing stands.

    Columns of CSV and Excel are strings, those of Parquet keep their type. `folder` takes what doesn't fit the memory.
    `on_progress` hears the share that is done, 0 to 1. Raises JobError(INVALID_INPUT).
    """
    with source.open("rb") as file:
        start = file.read(8)
    if start.startswith(PARQUET):
        names = copy_parquet(source, target)
        table = Table(names, _rows(target), [], "parquet")
    elif is_workbook(source, start):
        names, notes = read_workbook(source, target, has_header=reading.header != "no")
        table = Table(names, _rows(target), notes, "excel")
    else:
        table = _read_text(source, target, reading, start, folder, on_progress)
    if not table.rows:
        raise invalid("The file has a header but no rows below it. Submit one with at least one row.")
    return table


def _read_text(
    source: Path, target: Path, reading: Reading, start: bytes, folder: Path, on_progress: Callable[[float], None]
) -> Table:
    for signature, kind in SIGNATURES.items():
        if start.startswith(signature):
            raise invalid(f"This is {kind}, not a table. Submit CSV, Excel or Parquet.")
    text, encoding = as_utf8(source, folder, reading.encoding)
    on_progress(DECODED)
    layout = find_layout(text, delimiter=reading.delimiter, header=reading.header)
    copy_rows(
        text,
        target,
        layout,
        folder=folder,
        on_progress=lambda share: on_progress(DECODED + (READ - DECODED) * share),
    )
    told = [] if encoding == "utf-8" or reading.encoding != "auto" else [f"The file was read as {encoding}."]
    return Table(layout.names, _rows(target), [*told, *layout.notes], "csv", layout.delimiter)


def _rows(target: Path) -> int:
    return int(pl.scan_parquet(target, glob=False).select(pl.len()).collect().item())
