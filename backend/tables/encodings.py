"""In which encoding a text is, and the same text in UTF-8."""

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

import charset_normalizer

from apps.jobs.failures import JobError
from tables.options import Encoding
from tables.refusals import invalid

CODECS = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "windows-1252": "cp1252",
    "latin-1": "latin-1",
    "shift-jis": "cp932",
}
BLOCK = 1024 * 1024  # bytes
TELLING = 64 * 1024  # bytes of lines that are more than ASCII, from which an encoding is told
ZEROS = 0.3  # share of zero bytes from which a text without a mark is UTF-16


def as_utf8(path: Path, folder: Path, encoding: Encoding = "auto") -> tuple[Path, str]:
    """Return a file with the same text in UTF-8, perhaps this one, and the name of its encoding. Raises JobError.

    Its lines end with a line feed alone, within values, too: what reads it takes other ends for parts of the values.
    """
    name = _detect(path) if encoding == "auto" else encoding
    if name == "utf-8" and _has_plain_lines(path):
        return path, name
    copy = folder / "text"
    try:
        with copy.open("wb") as target:
            for text in _decoded(path, _decoder(CODECS.get(name, name))):
                target.write(text.encode())
    except UnicodeError:
        message = f"The file is not {name}, or only in part. Choose another encoding, or save it as UTF-8."
        raise invalid(message) from None
    return copy, name.removesuffix("-le").removesuffix("-be")


def _detect(path: Path) -> str:
    """Return a name in CODECS, or Python's of UTF-16 without a mark."""
    with path.open("rb") as file:
        start = file.read(BLOCK)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start.count(0) > ZEROS * len(start):
        return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    if _is(path, "utf-8"):
        return "utf-8"
    # What is Shift-JIS is hardly ever text in Windows-1252, but any bytes are: the library weighs how they read.
    best = charset_normalizer.from_bytes(_telling(path), cp_isolation=["cp932", "cp1252"]).best()
    if best and best.encoding == "cp932" and _is(path, "cp932"):
        return "shift-jis"
    return "windows-1252" if _is(path, "cp1252") else "latin-1"


def _telling(path: Path) -> bytes:
    found = b""
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(TELLING), b""):
            if not line.isascii():
                found += line
            if len(found) >= TELLING:
                break
    return found


def _is(path: Path, codec: str) -> bool:
    try:
        for _ in _decoded(path, _decoder(codec)):
            pass
    except UnicodeError:
        return False
    return True


def _has_plain_lines(path: Path) -> bool:
    """Tell whether the lines of a text in UTF-8 end with a line feed alone. Raises JobError where it is no UTF-8."""
    decoder = _decoder("utf-8")
    try:
        for _ in _decoded(path, decoder):
            pass
    except UnicodeError:
        raise _not_utf8(path) from None
    return decoder.newlines in (None, "\n")


def _decoder(codec: str) -> io.IncrementalNewlineDecoder:
    return io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(codec)(), translate=True)


def _decoded(path: Path, decoder: io.IncrementalNewlineDecoder) -> Iterator[str]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            text = decoder.decode(block)
            if "\0" in text:
                raise invalid("The file contains zero bytes, so it is no text. Submit CSV, Excel or Parquet.")
            yield text
    yield decoder.decode(b"", final=True)


def _not_utf8(path: Path) -> JobError:
    """Name the line that is no UTF-8. It was asked for, so nothing else is tried."""
    offset = 0
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(BLOCK), b""), 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                place = f"byte {offset + error.start + 1:,} of the file is {line[error.start]:#x}"
                return invalid(f"Line {number:,} is not UTF-8: {place}. Choose another encoding.")
            offset += len(line)
    return invalid("The file is not UTF-8. Choose another encoding.")
