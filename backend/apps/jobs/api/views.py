"""The jobs over HTTP. A view reads the request, makes one call into services, and answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from pydantic import BaseModel, RootModel
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.jobs import services
from apps.jobs.api.waiting import Waitings, waiting_steps
from apps.jobs.live.messages import JobState, job_state, with_parts
from apps.jobs.models import Job, JobStatus, Priority
from apps.jobs.pipelines import all_pipelines


class StageDescription(BaseModel):
    name: str
    queue: str


class PipelineDescription(BaseModel):
    kind: str
    title: str
    description: str
    available: bool
    unavailable_reason: str
    accepts: list[str]
    options_schema: dict[str, Any]
    stages: list[StageDescription]


class Pipelines(RootModel[list[PipelineDescription]]):
    pass


class JobPage(BaseModel):
    results: list[JobState]
    next: str | None
    previous: str | None


class TooLarge(ValidationError):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Pages(CursorPagination):
    page_size = 50
    ordering = ("-created_at", "-id")


SUBMISSION = inline_serializer(
    "Submission",
    {
        "kind": serializers.CharField(),
        "file": serializers.FileField(required=False),
        "url": serializers.URLField(required=False),
        "options": serializers.JSONField(required=False),
        "priority": serializers.ChoiceField(Priority.choices, required=False),
    },
)


class PipelinesView(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=Pipelines)
    def get(self, request: Request) -> Response:
        """What can be asked for."""
        return Response([_describe(pipeline).model_dump() for pipeline in all_pipelines()])


class JobsView(APIView):
    parser_classes = (MultiPartParser, FormParser, JSONParser)

    @extend_schema(
        operation_id="jobs_list",
        parameters=[
            OpenApiParameter("status", enum=JobStatus.values),
            OpenApiParameter("kind"),
            OpenApiParameter("cursor"),
        ],
        responses=JobPage,
    )
    def get(self, request: Request) -> Response:
        """My jobs, newest first."""
        jobs = _my_jobs(request)
        for name, known in (("status", JobStatus.values), ("kind", [pipeline.kind for pipeline in all_pipelines()])):
            if value := request.query_params.get(name):
                jobs = jobs.filter(**{name: value}) if value in known else jobs.none()
        pages = Pages()
        found = pages.paginate_queryset(jobs, request, view=self) or []
        results = [job_state(job).model_dump(mode="json") for job in found]
        return Response({"results": results, "next": pages.get_next_link(), "previous": pages.get_previous_link()})

    @extend_schema(
        request={"multipart/form-data": SUBMISSION, "application/json": SUBMISSION},
        parameters=[OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER)],
        responses={201: JobState, 200: JobState},
    )
    def post(self, request: Request) -> Response:
        """Submit a job. The same `Idempotency-Key` returns the same job, with 200."""
        _refuse_oversized_body(request)
        data = request.data if isinstance(request.data, dict) else {}
        with _refusals():
            job, is_new = services.submit_job(
                owner=_user(request),
                kind=str(data.get("kind", "")),
                file=request.FILES.get("file"),
                url=str(data.get("url") or "").strip(),
                options=data.get("options"),
                priority=str(data.get("priority") or Priority.NORMAL),
                idempotency_key=_idempotency_key(request),
            )
        return _created(job, is_new=is_new)


class JobView(APIView):
    @extend_schema(responses=JobState)
    def get(self, request: Request, job_id: UUID) -> Response:
        """One of my jobs."""
        return Response(_read(get_object_or_404(_my_jobs(request), pk=job_id).pk))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, job_id: UUID) -> Response:
        """Delete a job with its files."""
        services.delete_job(get_object_or_404(_my_jobs(request), pk=job_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class CancelView(APIView):
    @extend_schema(request=None, responses=JobState)
    def post(self, request: Request, job_id: UUID) -> Response:
        """Cancel a job: what runs for it is stopped. 409 when it has ended."""
        return _changed(request, job_id, services.cancel_job)


class RetryView(APIView):
    @extend_schema(request=None, responses=JobState)
    def post(self, request: Request, job_id: UUID) -> Response:
        """Run again what failed or was cancelled, and only that. 409 when there is nothing to retry."""
        return _changed(request, job_id, services.retry_job)


class AgainView(APIView):
    @extend_schema(request=None, responses={201: JobState})
    def post(self, request: Request, job_id: UUID) -> Response:
        """Submit a new job with the source, options and priority of this one. 409 when its file is gone."""
        job = get_object_or_404(_my_jobs(request), pk=job_id)
        with _refusals():
            new = services.submit_again(job)
        return _created(new, is_new=True)


class WaitingView(APIView):
    @extend_schema(responses=Waitings)
    def get(self, request: Request, job_id: UUID) -> Response:
        """Where steps of a job wait for their turn, and how many are ahead of them."""
        job = get_object_or_404(_my_jobs(request), pk=job_id)
        return Response([waiting.model_dump() for waiting in waiting_steps(job)])


def _user(request: Request) -> User:
    return cast(User, request.user)  # the permission class let nobody else in


def _my_jobs(request: Request) -> QuerySet[Job]:
    return with_parts(Job.objects.filter(owner=_user(request)))


def _read(job_id: UUID) -> dict[str, Any]:
    return job_state(with_parts(Job.objects.all()).get(pk=job_id)).model_dump(mode="json")


def _created(job: Job, *, is_new: bool) -> Response:
    return Response(_read(job.pk), status=201 if is_new else 200, headers={"Location": f"/api/jobs/{job.pk}/"})


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > 200:
        raise ValidationError({"Idempotency-Key": ["A key has at most 200 characters."]})
    return key or None


def _changed(request: Request, job_id: UUID, change: Callable[[UUID], None]) -> Response:
    job = get_object_or_404(_my_jobs(request), pk=job_id)
    try:
        with _refusals():
            change(job.pk)
        return Response(_read(job.pk))
    except Job.DoesNotExist:  # deleted in between
        raise Http404 from None


@contextmanager
def _refusals() -> Iterator[None]:
    """Answer what the services refuse: 400 or 413 for what was asked, 409 for when."""
    try:
        yield
    except services.Refused as refused:
        raise (TooLarge if refused.too_large else ValidationError)(refused.fields) from None
    except services.Conflict as conflict:
        raise Conflict(str(conflict)) from None


def _refuse_oversized_body(request: Request) -> None:
    """Refuse by its declared length what can't fit, before it is parsed; the form around a file is small."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    limit = settings.JOBS_MAX_FILE_BYTES
    if length > limit + 1_000_000:
        raise TooLarge({"file": [f"The request has {length:,} bytes; a file can have {limit:,}."]})


def _describe(pipeline: Any) -> PipelineDescription:
    reason = pipeline.unavailable_reason()
    return PipelineDescription(
        kind=pipeline.kind,
        title=pipeline.title,
        description=pipeline.description,
        available=not reason,
        unavailable_reason=reason,
        accepts=list(pipeline.accepts),
        options_schema=pipeline.options.model_json_schema(),
        stages=[StageDescription(name=stage.name, queue=stage.queue) for stage in pipeline.stages],
    )
