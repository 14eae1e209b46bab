"""Whose is what: every view finds its rows here. What isn't mine isn't found."""

from typing import cast
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from apps.jobs.models import Artifact, Job


def user_of(request: Request) -> User:
    return cast(User, request.user)  # the permission class let nobody else in


def my_jobs(request: Request) -> QuerySet[Job]:
    return Job.objects.filter(owner=user_of(request))


def my_job(request: Request, job_id: UUID) -> Job:
    """Return one of the user's jobs. Raises Http404."""
    return get_object_or_404(my_jobs(request), pk=job_id)


def shown_artifacts(job: Job) -> QuerySet[Artifact]:
    return job.artifacts.filter(internal=False)
