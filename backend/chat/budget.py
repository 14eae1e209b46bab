"""How many tokens a user may take in a day, and what they took. Days are those of UTC."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Sum
from django.utils import timezone

from apps.jobs.failures import ErrorCode, JobError
from chat.models import Usage

MILLION = 1_000_000


def check_budget(owner_id: Any) -> None:
    """Raise JobError when a user's tokens of today are used up. Requests that are under way don't count yet."""
    limit = settings.AI_DAILY_TOKENS
    if limit and tokens_today(owner_id) >= limit:
        message = f"Your {limit:,} tokens of today are used up. New ones come at midnight, UTC."
        raise JobError(ErrorCode.PROCESSING_ERROR, message)


def tokens_today(owner_id: Any) -> int:
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    today = Usage.objects.filter(owner=owner_id, at__gte=midnight)
    return today.aggregate(sum=Sum(F("tokens_in") + F("tokens_out")))["sum"] or 0


def count(owner_id: Any, job_id: UUID, tokens_in: int, tokens_out: int) -> Decimal:
    """Keep what a request took, and return what it cost."""
    cost = (settings.AI_PRICE_IN * tokens_in + settings.AI_PRICE_OUT * tokens_out) / MILLION
    usage = Usage(owner_id=owner_id, job_id=job_id, tokens_in=tokens_in, tokens_out=tokens_out, cost=round(cost, 6))
    usage.save()
    return usage.cost
