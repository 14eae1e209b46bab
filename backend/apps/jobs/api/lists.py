"""Many jobs at once: which of them somebody looks for, how many there are, how long they take, one change to all."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel, RootModel
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.jobs import services
from apps.jobs.api.access import changeable_jobs, everybodys_jobs, my_jobs
from apps.jobs.api.serializers import DurationsQuery, ManyJobs, WhichJobs, validated
from apps.jobs.models import Job, JobStatus

MOST_COUNTED = 10_000  # jobs; the newest
RUNS = 20  # whose duration is told


class JobCounts(RootModel[dict[JobStatus, int]]):
    pass


class Refused(BaseModel):
    reason: str
    count: int


class ManyChanged(BaseModel):
    changed: int
    refused: list[Refused]


class Took(BaseModel):
    job: UUID
    finished_at: datetime
    seconds: float


class Durations(RootModel[list[Took]]):
    pass


def found_jobs(request: Request, wanted: dict[str, Any]) -> QuerySet[Job]:
    """Return the jobs that somebody may see and looks for. Raises Http404 for an unknown `same_as`."""
    jobs = everybodys_jobs(request) if wanted.get("everybody") else my_jobs(request)
    if job_id := wanted.get("same_as"):
        job = get_object_or_404(changeable_jobs(request), pk=job_id)  # the link of a shared job shares no other
        jobs = services.runs_of_source(job)
    if kind := wanted.get("kind"):
        jobs = jobs.filter(kind=kind)
    if since := wanted.get("since"):
        jobs = jobs.filter(created_at__gte=since)
    if until := wanted.get("until"):
        jobs = jobs.filter(created_at__lt=until)
    if text := wanted.get("search"):
        jobs = jobs.filter(Q(source_name__icontains=text) | Q(kind__icontains=text, source_name="") | _has_id(text))
    return jobs


def _has_id(text: str) -> Q:
    try:
        return Q(pk=UUID(text.strip()))
    except ValueError:
        return Q()  # which adds nothing


class JobCountsView(APIView):
    @extend_schema(operation_id="jobs_counts_retrieve", parameters=[WhichJobs], responses=JobCounts)
    def get(self, request: Request) -> Response:
        """How many of my jobs have which status: of those looked for, the newest 10,000."""
        jobs = found_jobs(request, validated(WhichJobs, request.query_params))
        newest = jobs.order_by("-created_at").values_list("status", flat=True)[:MOST_COUNTED]
        counts = Counter(newest)
        return Response({status: counts[status] for status in JobStatus.values})


class DurationsView(APIView):
    @extend_schema(operation_id="jobs_durations_list", parameters=[DurationsQuery], responses=Durations)
    def get(self, request: Request) -> Response:
        """How long my last 20 completed jobs of a pipeline took, the newest first."""
        kind = validated(DurationsQuery, request.query_params)["kind"]
        completed = my_jobs(request).filter(kind=kind, status=JobStatus.COMPLETED).exclude(started_at=None)
        newest = completed.order_by("-created_at").values_list("pk", "finished_at", F("finished_at") - F("started_at"))
        took = [Took(job=pk, finished_at=at, seconds=length.total_seconds()) for pk, at, length in newest[:RUNS]]
        return Response([entry.model_dump(mode="json") for entry in took])


class ManyView(APIView):
    """One change to many jobs. Those that can't be changed are left as they are, and counted by the reason."""

    change: Callable[[UUID], None]

    @extend_schema(request=ManyJobs, responses=ManyChanged)
    def post(self, request: Request) -> Response:
        """Change at most 200 jobs. 404 when one of them isn't mine to change."""
        ids = set(validated(ManyJobs, request.data)["ids"])
        if self.jobs(request).filter(pk__in=ids).count() < len(ids):
            raise Http404
        changed, refused = services.change_each(ids, type(self).change)
        reasons = [Refused(reason=reason, count=count) for reason, count in refused.items()]
        return Response(ManyChanged(changed=changed, refused=reasons).model_dump())

    def jobs(self, request: Request) -> QuerySet[Job]:
        return changeable_jobs(request)


class CancelManyView(ManyView):
    change = staticmethod(services.cancel_job)


class RetryManyView(ManyView):
    change = staticmethod(services.retry_job)


class DeleteManyView(ManyView):
    change = staticmethod(services.delete_job)

    def jobs(self, request: Request) -> QuerySet[Job]:
        return my_jobs(request)
