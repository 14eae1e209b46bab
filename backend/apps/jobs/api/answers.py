"""What several views answer with."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from pydantic import BaseModel
from rest_framework.request import Request
from rest_framework.response import Response

from apps.jobs.api.access import changeable_job
from apps.jobs.live.reading import read_job


def answer(model: BaseModel) -> Response:
    return Response(model.model_dump(mode="json"))


def read_or_404(job_id: UUID) -> dict[str, Any]:
    job = read_job(job_id)
    if job is None:  # deleted in between
        raise Http404
    return job.model_dump(mode="json")


def changed(request: Request, job_id: UUID, change: Callable[[UUID], None]) -> Response:
    """Change a job that the user may change, and answer with how it is now."""
    job = changeable_job(request, job_id)
    try:
        change(job.pk)
    except ObjectDoesNotExist:  # deleted in between
        raise Http404 from None
    return Response(read_or_404(job.pk))
