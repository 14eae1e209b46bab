"""`import`: a file of transactions in; rows of a table of this pipeline's own, and a list of bad lines, out.

It is a Django app besides, for its model: config/settings.py installs it.
"""

from typing import Literal

from pydantic import Field

from apps.jobs.pipelines import Options, Pipeline, Stage, register
from tables.options import Delimiter, Encoding

Dates = Literal["2024-01-31", "31.01.2024", "31/01/2024", "01/31/2024"]


class ImportOptions(Options):
    """What may be asked of `import`."""

    dates: Dates = Field(
        "2024-01-31", title="Dates", description="How the last day of January 2024 stands in the file."
    )
    delimiter: Delimiter = Field("auto", title="Delimiter", description="What separates the values of a line.")
    encoding: Encoding = Field("auto", title="Encoding", description="How the letters of the file are stored.")


register(
    Pipeline(
        kind="import",
        title="Import transactions",
        description="Saves each line once, whatever file it comes in again, lists bad ones, and sums up positions.",
        accepts=(".csv", ".tsv", ".txt"),
        options=ImportOptions,
        stages=(
            Stage("read", "ingestion_io", "pipelines.transactions.read.read"),
            Stage("save", "default", "pipelines.transactions.save.save", weight=3),
        ),
    )
)
