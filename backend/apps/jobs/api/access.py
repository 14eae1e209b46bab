"""Whose is what: every view finds its rows here. What isn't mine isn't found; an operator finds everybody's."""

from typing import cast
from uuid import UUID

from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

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


def visible_jobs(request: Request) -> QuerySet[Job]:
    """Return the jobs that the user may look at, cancel and retry: an operator all."""
    return Job.objects.all() if user_of(request).is_staff else my_jobs(request)


def visible_job(request: Request, job_id: UUID) -> Job:
    """Return one of them. Raises Http404."""
    return get_object_or_404(visible_jobs(request), pk=job_id)


def shown_artifacts(job: Job) -> QuerySet[Artifact]:
    return job.artifacts.filter(internal=False)
