"""The truth: jobs, their steps, their artifacts. States change only through services, work and reconcile."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class JobStatus(models.TextChoices):
    CREATED = "created"
    UPLOADING = "uploading"
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class StepStatus(models.TextChoices):
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Priority(models.TextChoices):
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


ACTIVE_JOB = (JobStatus.QUEUED, JobStatus.PROCESSING)
UNENDED_STEP = (StepStatus.QUEUED, StepStatus.PROCESSING)


class Job(models.Model):
    """One run of a pipeline, asked for by one user."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=64)
    status = models.CharField(max_length=16, choices=JobStatus, default=JobStatus.QUEUED)
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.NORMAL)
    options = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null is never a duplicate

    source_name = models.CharField(max_length=255, blank=True)
    source_size = models.BigIntegerField(null=True)  # bytes
    source_url = models.URLField(max_length=2000, blank=True)

    stages = models.JSONField(default=list)  # [{"name", "queue", "weight"}], as the pipeline had them at submit
    stage = models.CharField(max_length=64)  # the one that runs now, or ran last
    progress = models.FloatField(default=0)  # 0-100, never falls
    message = models.CharField(max_length=500, blank=True)
    version = models.BigIntegerField(default=1)  # grows with every change that a browser can see
    error_code = models.CharField(max_length=32, blank=True)
    error_message = models.TextField(blank=True)
    result = models.JSONField(null=True)

    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=["owner", "idempotency_key"], name="one_job_per_idempotency_key"),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"]),
            models.Index(
                fields=["status"], condition=models.Q(status__in=["queued", "processing"]), name="active_jobs"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Step(models.Model):
    """One unit of a stage: one row, one message. `attempt` is the fence: only its holder may write."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    stage = models.CharField(max_length=64)
    position = models.PositiveIntegerField()  # within the stage
    label = models.CharField(max_length=200)
    queue = models.CharField(max_length=64)
    input = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    status = models.CharField(max_length=16, choices=StepStatus, default=StepStatus.QUEUED)
    progress = models.FloatField(default=0)  # 0-100, of this attempt
    attempt = models.PositiveIntegerField(default=0)  # counts every start, crashes included
    losses = models.PositiveIntegerField(default=0)  # attempts that ended without a word, with their worker
    retries = models.PositiveIntegerField(default=0)  # after transient errors
    retry_at = models.DateTimeField(null=True)  # not to be run before
    task_id = models.CharField(max_length=64, blank=True)  # Celery's, of the newest attempt
    worker = models.CharField(max_length=200, blank=True)
    error_code = models.CharField(max_length=32, blank=True)
    error_message = models.TextField(blank=True)

    queued_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)  # when its newest message reached the broker
    started_at = models.DateTimeField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["job", "stage", "position"], name="one_step_per_position"),
        ]
        indexes = [
            models.Index(
                fields=["queue", "status"],
                condition=models.Q(status__in=["queued", "processing"]),
                name="unended_steps",
            ),
            models.Index(fields=["finished_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.label!r} of {self.job_id}"


class Artifact(models.Model):
    """A file that a job made. Internal ones are read by later steps only, and never shown."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="artifacts")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()  # bytes
    path = models.CharField(max_length=500)  # in the storage
    internal = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["job", "name"], name="one_artifact_per_name")]

    def __str__(self) -> str:
        return f"{self.name} of {self.job_id}"
