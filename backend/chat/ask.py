"""Asks the language model on behalf of a job, within its owner's budget and the rate that is allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from apps.jobs.pipelines import Run
from chat.budget import check_budget, count
from chat.client import Message, Show, complete
from chat.rate import take_turn


@dataclass(frozen=True)
class Answer:
    """What the model wrote, and what that took. `cost` is in the currency of AI_PRICE_IN and AI_PRICE_OUT."""

    text: str
    tokens_in: int
    tokens_out: int
    cost: Decimal


def ask(run: Run, messages: Sequence[Message], *, show: Show | None = None) -> Answer:
    """Send a conversation, and return the answer; with `show` it is streamed: that hears the whole text so far.

    Raises JobError: TIMEOUT, UPSTREAM_ERROR, INVALID_INPUT for what the model refuses or can't read at once, and
    PROCESSING_ERROR when the owner's tokens of today are used up.
    """
    check_budget(run.owner_id)
    take_turn()
    run.report(20, f"Waiting for {settings.AI_MODEL}")
    reply = complete(messages, show=show)
    cost = count(run.owner_id, run.job_id, reply.tokens_in, reply.tokens_out)
    return Answer(reply.text, reply.tokens_in, reply.tokens_out, cost)
