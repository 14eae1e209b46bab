"""The steps of a job: what each was given, has logged, made and went through."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel, RootModel
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.jobs import services
from apps.jobs.api.access import user_of, visible_job
from apps.jobs.api.answers import answer, changed
from apps.jobs.api.pages import AttemptPages, StepPage, StepPages
from apps.jobs.api.serializers import AttemptsQuery, StepsQuery, validated
from apps.jobs.live.messages import Failure, JobState, StepState
from apps.jobs.live.reading import failure_in, step_state
from apps.jobs.models import Job, PastAttempt, Step, StepStatus

MAX_LINES = 200
NEWEST_ATTEMPTS = 20


class LogLine(BaseModel):
    attempt: int
    time: datetime
    level: str
    text: str


class StepLog(BaseModel):
    lines: list[LogLine]


class StepLogView(APIView):
    @extend_schema(operation_id="jobs_steps_log_retrieve", responses=StepLog)
    def get(self, request: Request, job_id: UUID, step_id: int) -> Response:
        """The last 200 lines that a step has logged or printed, also while it runs: they come within two seconds."""
        step = _step(request, job_id, step_id)
        newest = step.logs.order_by("-attempt").values_list("attempt", "lines")[:NEWEST_ATTEMPTS]
        lines = [
            LogLine(attempt=attempt, time=time, level=level, text=text)
            for attempt, written in reversed(newest)
            for time, level, text in written
        ]
        return Response(StepLog(lines=lines[-MAX_LINES:]).model_dump(mode="json"))


class AttemptState(BaseModel):
    """An attempt at a step that failed, was lost or cancelled, or that another one followed."""

    step: int
    attempt: int
    status: StepStatus
    worker: str
    started_at: datetime | None
    finished_at: datetime
    error: Failure | None
    traceback: str  # for operators alone


class AttemptPage(BaseModel):
    results: list[AttemptState]
    next: str | None
    previous: str | None


class StepValue(RootModel[Any]):
    pass


class StepsView(APIView):
    @extend_schema(operation_id="jobs_steps_list", parameters=[StepsQuery], responses=StepPage)
    def get(self, request: Request, job_id: UUID) -> Response:
        """All steps of a job, in pages; those of a stage, of a status, or with a text in their label."""
        job, wanted = visible_job(request, job_id), validated(StepsQuery, request.query_params)
        steps = _shown(job)
        if name := wanted.get("stage"):
            steps = steps.filter(stage=_stage_id(job, name))
        if step_status := wanted.get("status"):
            steps = steps.filter(status=step_status)
        if text := wanted.get("search"):
            steps = steps.filter(label__icontains=text)
        pages = StepPages()
        return answer(StepPage(results=[step_state(step) for step in pages.read(steps, request)], **pages.links()))


class StepView(APIView):
    @extend_schema(operation_id="jobs_steps_retrieve", responses=StepState)
    def get(self, request: Request, job_id: UUID, step_id: int) -> Response:
        """One step."""
        return answer(step_state(get_object_or_404(_shown(visible_job(request, job_id)), pk=step_id)))


class StepInputView(APIView):
    @extend_schema(operation_id="jobs_steps_input_retrieve", responses=StepValue)
    def get(self, request: Request, job_id: UUID, step_id: int) -> Response:
        """What a step was given by its stage's plan."""
        return Response(_step(request, job_id, step_id).input)


class StepResultView(APIView):
    @extend_schema(operation_id="jobs_steps_result_retrieve", responses=StepValue)
    def get(self, request: Request, job_id: UUID, step_id: int) -> Response:
        """What a step returned. 404 while there is nothing."""
        result = _step(request, job_id, step_id).result
        if result is None:
            raise Http404
        return Response(result)


class RunStepAgainView(APIView):
    @extend_schema(request=None, responses=JobState)
    def post(self, request: Request, job_id: UUID, step_id: int) -> Response:
        """Run one step again, however it ended. 409 when later steps have used its result."""
        return changed(request, job_id, partial(services.run_step_again, step_id=step_id))


class AttemptsView(APIView):
    @extend_schema(operation_id="jobs_attempts_list", parameters=[AttemptsQuery], responses=AttemptPage)
    def get(self, request: Request, job_id: UUID) -> Response:
        """The earlier and the failed attempts at the steps of a job, or at one of them, in pages."""
        job, wanted = visible_job(request, job_id), validated(AttemptsQuery, request.query_params)
        attempts = PastAttempt.objects.filter(step__job=job)
        if step_id := wanted.get("step"):
            attempts = attempts.filter(step=step_id)
        pages = AttemptPages()
        is_operator = user_of(request).is_staff
        found = [_attempt_state(attempt, is_operator) for attempt in pages.read(attempts, request)]
        return answer(AttemptPage(results=found, **pages.links()))


def _attempt_state(row: PastAttempt, is_operator: bool) -> AttemptState:
    columns = ("attempt", "status", "worker", "started_at", "finished_at")
    return AttemptState(
        **{name: getattr(row, name) for name in columns},
        step=row.step_id,
        error=failure_in(row),
        traceback=row.traceback if is_operator else "",
    )


def _step(request: Request, job_id: UUID, step_id: int) -> Step:
    return get_object_or_404(visible_job(request, job_id).steps, pk=step_id)


def _shown(job: Job) -> QuerySet[Step]:
    return job.steps.select_related("stage").defer("input", "result")


def _stage_id(job: Job, name: str) -> int:
    stages = dict(job.stages.values_list("name", "pk"))
    if name not in stages:
        raise ValidationError({"stage": [f"This job has no stage {name!r}. Its stages are: {', '.join(stages)}."]})
    return stages[name]
