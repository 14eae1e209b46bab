"""What was said in conversations."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Turn(models.Model):
    """A message and its answer: what one job adds to a conversation, until that job is deleted."""

    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, primary_key=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session = models.CharField(max_length=50)
    message = models.TextField()
    answer = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=("owner", "session", "at"), name="answer_conversation")]

    def __str__(self) -> str:
        return f"{self.session}: {self.message[:50]}"
