"""What a user may take in a day, and how often all workers together may ask."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs.failures import ErrorCode, JobError, NotYet, TransientError
from chat import rate
from chat.budget import check_budget, count, tokens_today
from chat.models import Usage
from chat.rate import take_turn


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create(username="ada")


def test_tokens_and_their_price_are_counted_exactly(ada: User, settings: Settings) -> None:
    settings.AI_PRICE_IN, settings.AI_PRICE_OUT = Decimal("0.25"), Decimal(2)
    assert count(ada.pk, uuid4(), 1_000, 3) == Decimal("0.000256")
    usage = Usage.objects.get()
    assert (usage.tokens_in, usage.tokens_out, usage.cost) == (1_000, 3, Decimal("0.000256"))


def test_budget_is_of_one_user_and_of_one_day(ada: User, settings: Settings) -> None:
    settings.AI_DAILY_TOKENS = 1_000
    other = User.objects.create(username="bob")
    count(other.pk, uuid4(), 5_000, 5_000)
    count(ada.pk, uuid4(), 600, 399)
    check_budget(ada.pk)
    count(ada.pk, uuid4(), 0, 1)
    with pytest.raises(JobError, match=r"Your 1,000 tokens of today are used up\. New ones come at midnight") as caught:
        check_budget(ada.pk)
    assert caught.value.code == ErrorCode.PROCESSING_ERROR
    Usage.objects.update(at=timezone.now() - timedelta(days=1))
    assert tokens_today(ada.pk) == 0
    check_budget(ada.pk)


def test_budget_of_0_is_none(ada: User, settings: Settings) -> None:
    settings.AI_DAILY_TOKENS = 0
    count(ada.pk, uuid4(), 10**9, 1)
    check_budget(ada.pk)


def test_turn_that_has_not_come_says_when_it_does(settings: Settings) -> None:
    settings.AI_REQUESTS_PER_MINUTE = 3
    rate._limiter.cache_clear()
    for _ in range(3):
        take_turn()
    with pytest.raises(NotYet, match="3 times a minute") as caught:
        take_turn()
    assert caught.value.retry_after is not None
    assert 50 < caught.value.retry_after <= 60
    settings.AI_REQUESTS_PER_MINUTE = 0
    take_turn()


def test_redis_that_is_away_may_come_back(settings: Settings) -> None:
    settings.AI_RATE_STORAGE, settings.AI_REQUESTS_PER_MINUTE = "redis://127.0.0.1:1/0", 3
    with pytest.raises(TransientError, match="Redis could not be reached") as caught:
        take_turn()
    assert not isinstance(caught.value, NotYet)
