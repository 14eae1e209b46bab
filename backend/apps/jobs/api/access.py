"""Whose is what: every view finds its rows here. What isn't mine isn't found; operators find all."""

from typing import cast
from uuid import UUID

from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from apps.jobs.live.credentials import sees_everybodys
from apps.jobs.models import Artifact, Job


def user_of(request: Request) -> AbstractUser:
    return cast(AbstractUser, request.user)  # the permission class let nobody else in


def my_jobs(request: Request) -> QuerySet[Job]:
    return Job.objects.filter(owner=user_of(request).pk)


def my_job(request: Request, job_id: UUID) -> Job:
    """Return one of the user's own jobs. Raises Http404."""
    return get_object_or_404(my_jobs(request), pk=job_id)


def everybodys_jobs(request: Request) -> QuerySet[Job]:
    """Return the jobs of all users. Raises PermissionDenied for whoever is no operator."""
    if not user_of(request).is_staff:
        raise PermissionDenied("Only operators, whose account is marked as staff, see the jobs of others.")
    return Job.objects.all()


def visible_job(request: Request, job_id: UUID) -> Job:
    """Return a job that the user may look at: see `sees_everybodys`. Raises Http404."""
    jobs = Job.objects.all() if sees_everybodys(is_staff=user_of(request).is_staff) else my_jobs(request)
    return get_object_or_404(jobs, pk=job_id)


def changeable_jobs(request: Request) -> QuerySet[Job]:
    """Return the jobs that the user may cancel and retry: an operator all."""
    return Job.objects.all() if user_of(request).is_staff else my_jobs(request)


def changeable_job(request: Request, job_id: UUID) -> Job:
    """Return one of them. Raises Http404, and PermissionDenied for one that the user may only look at."""
    job = visible_job(request, job_id)
    if not changeable_jobs(request).filter(pk=job_id).exists():
        raise PermissionDenied("You may look at this job, but only its owner and operators can change it.")
    return job


def shown_artifacts(job: Job) -> QuerySet[Artifact]:
    return job.artifacts.filter(internal=False)
