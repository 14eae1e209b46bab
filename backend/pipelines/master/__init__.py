"""`master`: a table in; which of its rows mean the same person or thing, and one golden record of each, out."""

from typing import Literal

from pydantic import Field, field_validator

from apps.jobs.pipelines import Options, Pipeline, Stage, register
from tables.options import ACCEPTED, Reading

Rule = Literal["most frequent", "longest", "first", "last"]
RULES: tuple[Rule, ...] = ("most frequent", "longest", "first", "last")


class MasterOptions(Options, Reading):
    """What may be asked of `master`."""

    compare: str = Field(
        "",
        max_length=2000,
        title="Columns to compare",
        description="Separated by commas. Without any: all but keys and constants.",
    )
    threshold: float = Field(
        60, ge=40, le=100, title="Threshold", description="The score, 40 to 100, from which on two rows mean the same."
    )
    keep: Rule = Field("most frequent", title="Keep", description="Which value of several goes into a golden record.")
    rules: str = Field(
        "",
        max_length=2000,
        title="Other rules",
        description=f"For some columns, as in email=last, name=longest. Rules: {', '.join(RULES)}.",
    )

    @field_validator("rules")
    @classmethod
    def _are_rules(cls, text: str) -> str:
        for entry in (entry.strip() for entry in text.split(",") if entry.strip()):
            _, equals, rule = entry.rpartition("=")
            if not equals or rule.strip() not in RULES:
                raise ValueError(f"{entry!r} is no rule. Write column=rule, with one of {', '.join(RULES)}.")
        return text


register(
    Pipeline(
        kind="master",
        title="Find duplicates",
        description="Finds rows that mean the same although they are written differently, and makes one of them.",
        accepts=ACCEPTED,
        options=MasterOptions,
        stages=(
            Stage("read", "ingestion_io", "tables.ingest.ingest"),
            Stage("match", "default", "pipelines.master.match.match", weight=3),
            Stage("merge", "default", "pipelines.master.merge.merge"),
        ),
    )
)
