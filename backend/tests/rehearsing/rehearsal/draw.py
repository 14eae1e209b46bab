import logging
import struct
import time
import zlib

from apps.jobs.pipelines import Json, Run

WIDTH, HEIGHT = 320, 180
COLOURS = (b"\x33\x66\xcc", b"\xdc\x39\x12", b"\xff\x99\x00", b"\x10\x96\x18", b"\x99\x00\x99")
PARTS = 5

log = logging.getLogger(__name__)


def draw(run: Run) -> Json:
    """Save a picture of one colour, in so many parts of the time. Returns its name. `breaks once` does what it says."""
    for part in range(PARTS):
        run.report(100 * part / PARTS, f"Drawing {run.label}")
        time.sleep(run.options["seconds"] / PARTS)
    log.info("Drew %s", run.label)
    if run.label == "breaks once" and run.attempt == 1:
        raise RuntimeError("The pencil broke.")
    name = f"{run.label}.png"
    run.save_artifact(name, png(COLOURS[run.input["colour"] % len(COLOURS)]), "image/png", title=run.label)
    return {"name": name}


def png(colour: bytes) -> bytes:
    """Return a picture of this colour: red, green, blue. https://www.w3.org/TR/png/"""
    rows = (b"\0" + colour * WIDTH) * HEIGHT
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
