"""The jobs over HTTP. A view reads the request, makes one call into services, and answers."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import BaseModel, RootModel
from rest_framework import status
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.jobs import services
from apps.jobs.api.access import my_job, shown_artifacts, user_of, visible_job
from apps.jobs.api.answers import answer, changed, read_or_404
from apps.jobs.api.errors import TooLarge
from apps.jobs.api.lists import found_jobs
from apps.jobs.api.pages import ArtifactPage, ArtifactPages, JobPage, JobPages
from apps.jobs.api.parsers import LimitedJsonParser
from apps.jobs.api.serializers import ArtifactsQuery, IdempotencyKey, JobsQuery, Order, Submission, validated
from apps.jobs.api.waiting import Waitings, waiting_steps
from apps.jobs.live.messages import JobState
from apps.jobs.live.reading import artifact_state, read_summaries
from apps.jobs.models import Job
from apps.jobs.pipelines import BrokenModule, Pipeline, all_pipelines, broken_modules

FORM_AROUND_A_FILE = 1_000_000  # bytes


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


class JobResult(RootModel[Any]):
    pass


class PipelinesView(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=Pipelines)
    def get(self, request: Request) -> Response:
        """What can be asked for."""
        described = [_describe(pipeline) for pipeline in all_pipelines()]
        kinds = {pipeline.kind for pipeline in described}
        described += [_describe_broken(module) for module in broken_modules() if module.name not in kinds]
        return Response([description.model_dump() for description in described])


class JobsView(APIView):
    parser_classes = (MultiPartParser, FormParser, LimitedJsonParser)

    @extend_schema(operation_id="jobs_list", parameters=[JobsQuery], responses=JobPage)
    def get(self, request: Request) -> Response:
        """My jobs, newest first, without their steps, artifacts and results. For operators also everybody's."""
        wanted = validated(JobsQuery, request.query_params)
        jobs = found_jobs(request, wanted)
        if job_status := wanted.get("status"):
            jobs = jobs.filter(status=job_status)
        pages = JobPages(Order(wanted.get("sort", Order.NEWEST)))
        return answer(JobPage(results=read_summaries(pages.read(jobs, request)), **pages.links()))

    @extend_schema(
        request={"multipart/form-data": Submission, "application/json": Submission},
        parameters=[OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER)],
        responses={201: JobState, 200: JobState},
    )
    def post(self, request: Request) -> Response:
        """Submit a job. The same `Idempotency-Key` returns the same job, with 200; for another request, 409.

        A large file is announced with `upload`, sent in chunks to `upload/`, and the job then started at `start/`.
        """
        _refuse_oversized_body(request)
        key = validated(IdempotencyKey, {"Idempotency-Key": request.headers.get("Idempotency-Key", "")})
        wanted = validated(Submission, request.data)
        if announced := wanted.pop("upload", None):
            wanted["upload"] = services.Announced(**announced)
        job, is_new = services.submit_job(
            owner=user_of(request), idempotency_key=key["Idempotency-Key"] or None, **wanted
        )
        return _created(job, is_new=is_new)


class JobView(APIView):
    @extend_schema(operation_id="jobs_retrieve", responses=JobState)
    def get(self, request: Request, job_id: UUID) -> Response:
        """A job, with at most 200 steps and artifacts: what hasn't ended, or has failed, first."""
        return Response(read_or_404(visible_job(request, job_id).pk))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, job_id: UUID) -> Response:
        """Delete a job with its files."""
        services.delete_job(my_job(request, job_id).pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class CancelView(APIView):
    @extend_schema(request=None, responses=JobState)
    def post(self, request: Request, job_id: UUID) -> Response:
        """Cancel a job: what runs for it is stopped. 409 when it has ended."""
        return changed(request, job_id, services.cancel_job)


class RetryView(APIView):
    @extend_schema(request=None, responses=JobState)
    def post(self, request: Request, job_id: UUID) -> Response:
        """Run again what failed or was cancelled, and only that. 409 when there is nothing to retry."""
        return changed(request, job_id, services.retry_job)


class AgainView(APIView):
    @extend_schema(request=None, responses={201: JobState})
    def post(self, request: Request, job_id: UUID) -> Response:
        """Submit a new job with the source, options and priority of this one. 409 when its file is gone."""
        return _created(services.submit_again(my_job(request, job_id)), is_new=True)


class WaitingView(APIView):
    @extend_schema(operation_id="jobs_waiting_retrieve", responses=Waitings)
    def get(self, request: Request, job_id: UUID) -> Response:
        """Where steps of a job wait for their turn, and how many are ahead of them: counted up to 1,000."""
        return Response([waiting.model_dump() for waiting in waiting_steps(visible_job(request, job_id))])


class ResultView(APIView):
    @extend_schema(responses=JobResult)
    def get(self, request: Request, job_id: UUID) -> Response:
        """What a job returned, however large. 404 while there is nothing."""
        result = visible_job(request, job_id).result
        if result is None:
            raise Http404
        return Response(result)


class ArtifactsView(APIView):
    @extend_schema(operation_id="jobs_artifacts_list", parameters=[ArtifactsQuery], responses=ArtifactPage)
    def get(self, request: Request, job_id: UUID) -> Response:
        """All files that a job has made so far, in pages."""
        artifacts = shown_artifacts(visible_job(request, job_id))
        pages = ArtifactPages()
        found = [artifact_state(artifact) for artifact in pages.read(artifacts, request)]
        return answer(ArtifactPage(results=found, **pages.links()))


def _created(job: Job, *, is_new: bool) -> Response:
    address = reverse("job", kwargs={"job_id": job.pk})
    return Response(read_or_404(job.pk), status=201 if is_new else 200, headers={"Location": address})


def _refuse_oversized_body(request: Request) -> None:
    """Refuse by its declared length what can't fit, before it is parsed."""
    declared = str(request.META.get("CONTENT_LENGTH") or "")
    length, limit = int(declared) if declared.isdecimal() else 0, settings.JOBS_MAX_FILE_BYTES
    if length > limit + FORM_AROUND_A_FILE:
        raise TooLarge({"file": [f"The request has {length:,} bytes; a file can have {limit:,}."]})


def _describe_broken(module: BrokenModule) -> PipelineDescription:
    """Describe what could not be loaded. The error is for the developer's eyes alone."""
    reason = module.error if settings.DEBUG else "It can't be loaded; the server's log says why."
    return PipelineDescription(
        kind=module.name,
        title=module.name,
        description="",
        available=False,
        unavailable_reason=reason,
        accepts=[],
        options_schema={},
        stages=[],
    )


def _describe(pipeline: Pipeline) -> PipelineDescription:
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
