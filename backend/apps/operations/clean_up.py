"""Removes what nobody needs: files without a row, uploads without a job, old jobs, ended sessions. Beat calls it."""

from datetime import timedelta

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from apps.jobs.models import UNENDED_JOB, Job
from apps.jobs.services import delete_job, forget_uploads
from apps.jobs.storage import files

BATCH = 500
SURELY_SUBMITTED = timedelta(minutes=15)  # longer than a submit takes from its file to its row


def clean_up() -> int:
    """Clean up, and return how many jobs' files went."""
    call_command("clearsessions")
    forget_uploads()
    return _delete_old_jobs() + _delete_orphans() + files.delete_left_working_folders()


def _delete_old_jobs() -> int:
    old = timezone.now() - timedelta(days=settings.JOBS_KEEP_DAYS)
    jobs = Job.objects.exclude(status__in=UNENDED_JOB).filter(finished_at__lt=old)[:BATCH]
    for job in jobs:
        delete_job(job.pk)
    return len(jobs)


def _delete_orphans() -> int:
    old = timezone.now() - SURELY_SUBMITTED
    known = {str(pk) for pk in Job.objects.values_list("pk", flat=True).iterator()}
    unknown = [job_id for job_id in files.folders() if job_id not in known]
    orphans = [job_id for job_id in unknown if (modified := files.modified_at(job_id)) is None or modified < old]
    for job_id in orphans:
        files.delete_job_files(job_id)
    return len(orphans)
