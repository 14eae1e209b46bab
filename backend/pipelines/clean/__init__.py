"""`clean`: a table in; the table without what is wrong with it out, and a report of every change.

A table that comes out, put in once more, comes out as it is: it is cleaned until there is nothing left to clean.
"""

from typing import Literal

from pydantic import Field

from apps.jobs.pipelines import Options, Pipeline, Stage, register
from tables.options import ACCEPTED, Reading


class CleanOptions(Options, Reading):
    """What may be asked of `clean`."""

    trim: bool = Field(True, title="Trim", description="Takes the spaces around values away.")
    missing: bool = Field(True, title="Empty what is missing", description="Empties cells such as n/a, null and -.")
    also_missing: str = Field(
        "", max_length=200, title="Also missing", description="More words for nothing, separated by commas: ?, unknown"
    )
    types: bool = Field(
        True,
        title="Unify types",
        description="Writes dates as 2024-01-31, numbers as 1234.5, yes and no as true and false.",
    )
    duplicates: bool = Field(True, title="Drop duplicates", description="Keeps the first of rows that are alike.")
    outliers: Literal["keep", "empty", "clip", "drop"] = Field(
        "keep",
        title="Outliers",
        description="What to do with numbers further than 1.5 interquartile ranges from the middle half.",
    )


register(
    Pipeline(
        kind="clean",
        title="Clean a table",
        description="Trims, unifies and types the values of a table, drops duplicates, and reports every change.",
        accepts=ACCEPTED,
        options=CleanOptions,
        stages=(
            Stage("read", "ingestion_io", "tables.ingest.ingest"),
            Stage("clean", "default", "pipelines.clean.clean.clean", weight=3),
        ),
    )
)
