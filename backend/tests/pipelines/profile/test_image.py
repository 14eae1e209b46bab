"""What the image of the workers brings for charts."""

import subprocess

import pytest

from native.environment import BACKEND
from testing.compose import engine_answers

pytestmark = [pytest.mark.compose, pytest.mark.skipif(not engine_answers(), reason="no Docker engine answers")]

DRAW = """
import sys, warnings
import polars as pl
from pipelines.profile.canvas import to_png
from pipelines.profile.column_charts import column_chart
from pipelines.profile.statistics import describe
warnings.filterwarnings("error", message="Glyph")
values = pl.Series("city", sys.argv[1:])
to_png(column_chart(describe("city", values, "text"), values)[0], "")
"""


def test_text_in_chinese_japanese_and_korean_has_glyphs() -> None:
    build = ["docker", "build", "--quiet", str(BACKEND)]
    image = subprocess.run(build, check=True, capture_output=True, text=True).stdout.strip()
    run = ["docker", "run", "--rm", "--network=none", image, "python", "-c", DRAW, "東京", "北京市", "서울", "ひらがな"]
    done = subprocess.run(run, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
