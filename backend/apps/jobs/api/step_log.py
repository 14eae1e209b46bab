"""What a step has logged and printed, of all its attempts."""

from datetime import datetime
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.jobs.api.access import visible_job

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
        step = get_object_or_404(visible_job(request, job_id).steps, pk=step_id)
        newest = step.logs.order_by("-attempt").values_list("attempt", "lines")[:NEWEST_ATTEMPTS]
        lines = [
            LogLine(attempt=attempt, time=time, level=level, text=text)
            for attempt, written in reversed(newest)
            for time, level, text in written
        ]
        return Response(StepLog(lines=lines[-MAX_LINES:]).model_dump(mode="json"))
