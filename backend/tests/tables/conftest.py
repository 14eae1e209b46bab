"""Files to be read, and reading them."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from apps.jobs.failures import ErrorCode, JobError
from tables.options import Reading
from tables.read import Table, read_table


@dataclass(frozen=True)
class Read:
    """A table that was read: what is known of it, its rows, and the shares of progress that were heard."""

    table: Table
    frame: pl.DataFrame
    heard: list[float]

    @property
    def rows(self) -> list[tuple[object, ...]]:
        return self.frame.rows()


class Reader:
    """Writes files into a folder of its own, and reads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, content: str | bytes) -> Path:
        path = self.folder / "source"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, source: Path | str | bytes, **reading: str) -> Read:
        path = source if isinstance(source, Path) else self.write(source)
        target, heard = self.folder / "table.parquet", list[float]()
        options = Reading.model_validate(reading)
        table = read_table(path, target, options, folder=self.folder, on_progress=heard.append)
        return Read(table, pl.read_parquet(target, glob=False), heard)

    def refusal(self, source: Path | str | bytes, **reading: str) -> str:
        """Return the sentence with which a file is refused."""
        with pytest.raises(JobError) as caught:
            self.read(source, **reading)
        assert caught.value.code == ErrorCode.INVALID_INPUT
        return caught.value.message


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)
