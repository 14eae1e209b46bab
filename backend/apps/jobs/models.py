"""The truth: jobs, their stages, steps and artifacts, and the workers. Written by services and the engine alone."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class JobStatus(models.TextChoices):
    CREATED = "created"  # its file is still to come
    UPLOADING = "uploading"
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # its file didn't come


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

    @property
    def urgency(self) -> int:
        """Return what steps are sorted by: 0 goes first."""
        return list(Priority).index(self)


AWAITING_FILE = (JobStatus.CREATED, JobStatus.UPLOADING)
ACTIVE_JOB = (JobStatus.QUEUED, JobStatus.PROCESSING)
UNENDED_JOB = (*AWAITING_FILE, *ACTIVE_JOB)
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
    request_digest = models.CharField(max_length=64, blank=True)  # of what was asked for under that key

    source_name = models.CharField(max_length=255, blank=True)
    source_size = models.BigIntegerField(null=True)  # bytes
    source_url = models.URLField(max_length=2000, blank=True)
    run = models.PositiveIntegerField(default=1)  # counts the owner's jobs of this pipeline with the same source

    stage = models.CharField(max_length=64)  # the one that runs now, or ran last
    artifacts_total = models.PositiveIntegerField(default=0)  # of those that are shown
    least_progress = models.FloatField(default=0)  # 0-100: what was reached before a running step was lost
    message = models.CharField(max_length=500, blank=True)
    stalled = models.BooleanField(default=False)  # `message` says why nothing runs; the next step that starts clears it
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
            models.Index(fields=["owner", "kind", "source_name", "-created_at"], name="runs_of_source"),
            models.Index(
                fields=["owner", "kind", "source_url", "-created_at"],
                condition=~Q(source_url=""),
                name="runs_of_address",
            ),
            models.Index(fields=["owner"], condition=Q(status__in=UNENDED_JOB), name="unended_jobs"),
            models.Index(fields=["finished_at"]),
            models.Index(fields=["-created_at", "-id"], name="newest_jobs"),  # of all users, for operators
            models.Index(
                fields=["error_code", "kind", "finished_at"], condition=Q(status="failed"), name="failed_jobs"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Upload(models.Model):
    """How much has arrived of a file that comes in chunks. Gone when it is complete, or isn't awaited any more."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True)
    received = models.BigIntegerField(default=0)  # bytes, from the file's beginning on
    multipart = models.CharField(max_length=1024, blank=True)  # the bucket's id of it, where files go to one
    touched_at = models.DateTimeField(default=timezone.now, db_index=True)  # when the last of them came

    def __str__(self) -> str:
        return f"{self.received} bytes for {self.job_id}"


class Stage(models.Model):
    """One named stretch of a job, on one queue. It counts its steps, so that nobody has to."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=64)
    queue = models.CharField(max_length=64)
    weight = models.FloatField(default=1)  # its share of the job's progress, relative to the other stages
    total = models.PositiveIntegerField(default=0)  # 0 until the stage starts
    completed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("position",)
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="one_stage_per_position")]

    def __str__(self) -> str:
        return f"{self.name} of {self.job_id}"

    @property
    def ended(self) -> int:
        return self.completed + self.failed + self.cancelled


class Step(models.Model):
    """One unit of a stage. `attempt` is the fence: only its holder may write."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps", db_index=False)
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="steps", db_index=False)
    position = models.PositiveIntegerField()  # within the stage
    label = models.CharField(max_length=200)
    input = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    status = models.CharField(max_length=16, choices=StepStatus, default=StepStatus.QUEUED)
    checkpoint = models.JSONField(null=True)  # where the next attempt goes on from; null once this is completed
    progress = models.FloatField(default=0)  # 0-100, of this attempt
    draft = models.TextField(blank=True, default="", db_default="")  # of the result, as far as it is written
    version = models.BigIntegerField(default=1)  # the job's, at the last change of this step
    progress_version = models.BigIntegerField(
        default=0
    )  # and when it last began or reported: in no index, so it's cheap

    # Whose turn it is: within a queue the lowest urgency, then the lowest rank, then the lowest id goes first.
    queue = models.CharField(max_length=64)
    urgency = models.PositiveSmallIntegerField(default=1)  # see Priority.urgency
    rank = models.BigIntegerField(default=0)  # see queueing.next_rank
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    retry_at = models.DateTimeField(null=True)  # not due before; null: due

    attempt = models.PositiveIntegerField(default=0)  # counts every start, crashes included
    losses = models.PositiveIntegerField(default=0)  # attempts that ended without a word, with their worker
    retries = models.PositiveIntegerField(default=0)  # after transient errors
    # The worker's id while this is processing, and until that worker has seen that this was cancelled.
    held_by = models.UUIDField(null=True)
    worker = models.CharField(max_length=200, blank=True)  # its name, also afterwards
    task_id = models.CharField(max_length=64, blank=True)  # Celery's, of the newest attempt
    error_code = models.CharField(max_length=32, blank=True)
    error_message = models.TextField(blank=True)

    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["stage", "position"], name="one_step_per_position"),
        ]
        indexes = [
            models.Index(fields=["job", "version"], name="changed_steps"),
            models.Index(
                fields=["queue", "urgency", "rank", "id"],
                condition=Q(status="queued", retry_at=None),
                name="due_steps",
            ),
            models.Index(
                fields=["owner", "queue", "urgency", "-rank"],
                condition=Q(status="queued", retry_at=None),
                name="due_steps_of_owner",
            ),
            models.Index(fields=["retry_at"], condition=Q(status="queued"), name="steps_to_retry"),
            models.Index(fields=["held_by"], condition=Q(held_by__isnull=False), name="held_steps"),
            models.Index(fields=["job", "status", "id"], name="steps_by_status"),
            models.Index(fields=["finished_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.label!r} of {self.job_id}"


class StepLines(models.Model):
    """What one attempt at a step logged and printed: its last lines. See engine.step_log."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="logs", db_index=False)
    attempt = models.PositiveIntegerField()
    lines = models.JSONField(default=list)  # [[time in ISO 8601, level, text], …]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "attempt"], name="one_log_per_attempt")]

    def __str__(self) -> str:
        return f"log of attempt {self.attempt} at {self.step_id}"


class PastAttempt(models.Model):
    """An attempt at a step that something else followed, or that failed. Of the newest one the step itself tells."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    attempt = models.PositiveIntegerField()
    status = models.CharField(max_length=16, choices=StepStatus)  # how it ended
    worker = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField()
    error_code = models.CharField(max_length=32, blank=True)
    error_message = models.TextField(blank=True)
    traceback = models.TextField(blank=True)

    class Meta:
        ordering = ("step", "attempt")
        constraints = [models.UniqueConstraint(fields=["step", "attempt"], name="one_row_per_attempt")]

    def __str__(self) -> str:
        return f"attempt {self.attempt} at {self.step_id}"


class Artifact(models.Model):
    """A file that a job made. Internal ones are read by later steps only, and never shown."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="artifacts", db_index=False)
    step_id = models.BigIntegerField(default=0)  # for their order; a foreign key would be looked up with each deletion
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200, default="", blank=True)  # what people read, where it isn't the name
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()  # bytes
    path = models.CharField(max_length=500)  # in the storage
    internal = models.BooleanField(default=False)
    version = models.BigIntegerField(default=1)  # the job's, when this was saved
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["job", "name"], name="one_artifact_per_name")]
        indexes = [models.Index(fields=["job", "version"], name="changed_artifacts")]

    def __str__(self) -> str:
        return f"{self.name} of {self.job_id}"


class Worker(models.Model):
    """A process that runs steps. It writes `seen_at` every few seconds; its id is made anew at each start."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=200)  # Celery's node name; two may have the same
    queues = models.JSONField(default=list)  # [{"name", and the numbers by which the worker serves it}]
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # by the database's clock
    missed = models.PositiveIntegerField(default=0)  # rounds of reconciliation since it was seen

    class Meta:
        ordering = ("name", "started_at")

    def __str__(self) -> str:
        return self.name


class Turn(models.Model):
    """Who reconciles next: whoever moves `taken_at` on takes the turn. One row a duty; nobody holds a lock."""

    duty = models.CharField(primary_key=True, max_length=32)
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.duty
