"""Jobs as rows, in the state that a test needs."""

from typing import Any

from apps.accounts.models import User
from apps.jobs.models import Artifact, Job, Priority, Stage, Step
from apps.jobs.storage import files


def make_job(owner: User, *, steps: int = 1, rank: int = 0, priority: str = "normal", **columns: Any) -> Job:
    """Make a job of the pipeline `probe` whose first stage has so many due steps."""
    job = Job.objects.create(owner=owner, kind="probe", stage="split", priority=priority, **columns)
    split = Stage.objects.create(job=job, position=0, name="split", queue="ingestion_io", total=steps)
    Stage.objects.create(job=job, position=1, name="draw", queue="charts_cpu", weight=3)
    Step.objects.bulk_create(
        Step(
            job=job,
            stage=split,
            position=position,
            label=f"part {position}",
            queue=split.queue,
            urgency=Priority(priority).urgency,
            rank=rank + position,
            owner=owner,
        )
        for position in range(steps)
    )
    return job


def make_artifact(job: Job, name: str, content: bytes = b"content", **columns: Any) -> Artifact:
    """Make an artifact with its file: a picture, unless `columns` say otherwise."""
    path = f"{files.job_folder(job.pk)}/{job.artifacts.count()}"
    files.save(path, content)
    columns = {"content_type": "image/png", "size": len(content), "path": path} | columns
    return Artifact.objects.create(job=job, name=name, **columns)
