"""How a file is read: options for the form of whatever reads tables. Imports no library that is large."""

from typing import Literal

from pydantic import BaseModel, Field

Delimiter = Literal["auto", ",", ";", "\t", "|"]
Encoding = Literal["auto", "utf-8", "utf-16", "windows-1252", "latin-1", "shift-jis"]
Header = Literal["auto", "yes", "no"]

ACCEPTED = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".parquet")


class Reading(BaseModel):
    """How a file is read. What is `auto` is found out."""

    delimiter: Delimiter = Field("auto", title="Delimiter", description="What separates the values of a row in CSV.")
    encoding: Encoding = Field("auto", title="Encoding", description="How the letters of a CSV file are stored.")
    header: Header = Field("auto", title="Header", description="Whether the first row has the names of the columns.")

    @classmethod
    def of(cls, options: dict[str, object]) -> "Reading":
        """Return what concerns the reading of a pipeline's options."""
        return cls.model_validate({name: options[name] for name in cls.model_fields})
