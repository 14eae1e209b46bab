"""Stage `answer`: asks the model, and shows the reply while it is written."""

import re

from django.conf import settings

from apps.jobs.pipelines import Json, Run
from chat.ask import ask
from pipelines.answer.conversation import conversation
from pipelines.answer.models import Turn


def reply(run: Run) -> Json:
    """Return {"answer", "session", "sources", "model", "tokens_in", "tokens_out", "cost"}.

    `sources` are the pages that were read, [{"number", "title", "url"}]: those that `answer` may cite as [number].
    `cost` is in the currency of AI_PRICE_IN and AI_PRICE_OUT.
    """
    session = run.options["session"] or str(run.job_id)
    pages = [{key: page[key] for key in ("title", "url", "text")} for page in run.results("read") if page["text"]]
    answer = ask(run, conversation(run, session, pages), show=run.draft)
    text = without_unknown_sources(answer.text, len(pages))
    said = {"owner_id": run.owner_id, "session": session, "message": run.options["message"], "answer": text}
    Turn.objects.update_or_create(job_id=run.job_id, defaults=said)
    return {
        "answer": text,
        "session": session,
        "sources": [
            {"number": number, "title": page["title"], "url": page["url"]} for number, page in enumerate(pages, 1)
        ],
        "model": settings.AI_MODEL,
        "tokens_in": answer.tokens_in,
        "tokens_out": answer.tokens_out,
        "cost": str(answer.cost),
    }


def without_unknown_sources(text: str, sources: int) -> str:
    """Return a text without marks like [7] where there is no seventh source. Without sources it stays as it is."""
    if not sources:
        return text
    return re.sub(r" ?\[(\d{1,3})\]", lambda mark: mark[0] if 1 <= int(mark[1]) <= sources else "", text)
