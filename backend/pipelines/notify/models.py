"""Whom to tell of the ends of jobs, and what is still to be told."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Subscription(models.Model):
    """Somebody who is told when the owner's jobs end. `target` is an address: https://… or mailto:…"""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    target = models.CharField(max_length=2000)
    only_failures = models.BooleanField(default=False)
    secret = models.CharField(max_length=100)  # signs what goes to a webhook
    succeeded_at = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)  # nothing is sent any more, until its owner starts it

    class Meta:
        constraints = [models.UniqueConstraint(fields=("owner", "target"), name="notify_one_per_target")]

    def __str__(self) -> str:
        return self.target


class Delivery(models.Model):
    """One message to one subscriber. Its id stays the same however often it is sent, so that a receiver can tell."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE)
    job = models.ForeignKey("jobs.Job", on_delete=models.CASCADE, null=True, related_name="+")  # null: a first message
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now, null=True)  # null: it was delivered, or given up
    delivered_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)  # of the last attempt

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [models.Index(fields=("due_at",), condition=Q(due_at__isnull=False), name="notify_due")]

    def __str__(self) -> str:
        return f"{self.id} to {self.subscription}"
