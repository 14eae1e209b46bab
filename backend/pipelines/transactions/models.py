"""Transactions as they were imported."""

from django.conf import settings
from django.db import models

DIGITS, DECIMALS = 15, 6  # of quantities and prices: what SQLite keeps exactly


class Transaction(models.Model):
    """One purchase, or sale where the quantity is negative.

    `key` tells it from all others of its owner: the reference that the file gave it, or else what stands in its line,
    and how many lines before it in the file are alike.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    job_id = models.UUIDField()  # that imported it first
    date = models.DateField()
    instrument = models.CharField(max_length=50)
    quantity = models.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS)
    price = models.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS)  # of one, in `currency`
    currency = models.CharField(max_length=3)  # ISO 4217

    class Meta:
        constraints = [models.UniqueConstraint(fields=("owner", "key"), name="transactions_owner_key")]
        indexes = [models.Index(fields=("owner", "instrument", "currency"), name="transactions_position")]

    def __str__(self) -> str:
        return f"{self.date} {self.quantity} {self.instrument}"
