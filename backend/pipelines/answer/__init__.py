"""`answer`: a message in; a language model's reply, which knows the conversation and may have read the web, out.

It is a Django app besides, for its model: config/settings.py installs it.
"""

from django.conf import settings
from pydantic import Field, field_validator

from apps.jobs.pipelines import Json, Options, Pipeline, Planned, Stage, register

NO_PAGE = Planned("No page to read", {})


class AnswerOptions(Options):
    """What may be asked of `answer`."""

    message: str = Field(title="Message", min_length=1, max_length=8_000)
    session: str = Field(
        "",
        title="Conversation",
        max_length=50,
        description="A name under which earlier messages are remembered. Without one, a new conversation begins.",
    )
    system_prompt: str = Field(
        "", title="Instructions", max_length=4_000, description="How to answer, such as: in one sentence."
    )
    web_search: bool = Field(
        False, title="Search the web", description="Pages are found and read first, and the answer names them."
    )

    @field_validator("web_search")
    @classmethod
    def _needs_an_endpoint(cls, value: bool) -> bool:
        if value and not settings.SEARCH_URL:
            raise ValueError("The web can't be searched here: SEARCH_URL is not set.")
        return value


def plan_pages(results: list[Json]) -> list[Planned]:
    """Plan one step for each page that the search found."""
    found = results[0]["found"]
    return [Planned(page["title"] or page["url"], page) for page in found] or [NO_PAGE]


def unavailable_reason() -> str:
    if settings.AI_BASE_URL and settings.AI_MODEL:
        return ""
    return "Needs a language model: set AI_BASE_URL and AI_MODEL to an OpenAI-compatible endpoint."


register(
    Pipeline(
        kind="answer",
        title="Answer a message",
        description="A language model replies word by word, knows the conversation, and can search the web.",
        options=AnswerOptions,
        unavailable_reason=unavailable_reason,
        stages=(
            Stage("search", "ingestion_io", "pipelines.answer.search.search"),
            Stage("read", "ingestion_io", "pipelines.answer.read.read", plan=plan_pages),
            Stage("answer", "ai", "pipelines.answer.reply.reply", weight=4),
        ),
    )
)
