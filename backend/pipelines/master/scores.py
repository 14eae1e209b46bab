"""How alike two rows are: each column's likeness, weighed by what the column tells."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from pipelines.master.columns import Compared

UNLIKE = 0.7  # values less alike than this are simply different
EMPTY = 0.5  # of a column's weight counts against a pair of which one is empty there

Floats = NDArray[np.float32]


def likeness(column: Compared, pairs: pl.DataFrame) -> Floats:
    """Return how alike the values of each pair are, 0 to 1, NaN where one of them is empty."""
    first, second = column.values.gather(pairs["a"]), column.values.gather(pairs["b"])
    alike = cpdist(
        first.fill_null("").to_list(), second.fill_null("").to_list(), scorer=JaroWinkler.normalized_similarity
    )
    alike[alike < UNLIKE] = 0
    alike[(first.is_null() | second.is_null()).to_numpy()] = np.nan
    return alike


def scores(columns: Sequence[Compared], likenesses: Sequence[Floats]) -> Floats:
    """Return the score of each pair, 0 to 100: 100 when every column is filled and alike."""
    gained, possible = np.zeros(len(likenesses[0])), np.zeros(len(likenesses[0]))
    for column, alike in zip(columns, likenesses, strict=True):
        is_empty = np.isnan(alike)
        gained += np.where(is_empty, 0, alike) * column.bits
        possible += np.where(is_empty, EMPTY, 1) * column.bits
    return (100 * gained / np.maximum(possible, 1e-9)).astype(np.float32)
