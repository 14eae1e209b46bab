"""What was asked of the language model: kept for the budget of each user, also when the job is gone."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Usage(models.Model):
    """What one request to the model took. `cost` is in the currency of AI_PRICE_IN and AI_PRICE_OUT."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    job_id = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)
    tokens_in = models.PositiveIntegerField()
    tokens_out = models.PositiveIntegerField()
    cost = models.DecimalField(max_digits=15, decimal_places=6)

    class Meta:
        indexes = [models.Index(fields=("owner", "at"), name="chat_usage_of_a_day")]

    def __str__(self) -> str:
        return f"{self.tokens_in} + {self.tokens_out} tokens"
