"""Queues, health and metrics over HTTP."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.jobs.api.negotiation import AnyAccept
from apps.operations.figures import QueueStates, queue_states
from apps.operations.health import NEEDED_BY_WEB, find_problems
from apps.operations.metrics import metrics_text


class Alive(BaseModel):
    status: str = "ok"


class Readiness(BaseModel):
    status: str
    problems: dict[str, str]  # what can't be reached, with the reason


class QueuesView(APIView):
    @extend_schema(operation_id="queues_list", responses=QueueStates)
    def get(self, request: Request) -> Response:
        """Every queue: its promise, what waits, what runs, who serves it."""
        return Response([state.model_dump() for state in queue_states()])


class PublicView(APIView):
    """For machines that sign in nowhere."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    content_negotiation_class = AnyAccept


class HealthView(PublicView):
    @extend_schema(responses=Alive)
    def get(self, request: Request) -> Response:
        """Whether this process is alive."""
        return Response(Alive().model_dump())


class ReadinessView(PublicView):
    @extend_schema(responses={200: Readiness, 503: Readiness})
    def get(self, request: Request) -> Response:
        """Whether what this process needs can be reached: 503 names what can't."""
        problems = find_problems(NEEDED_BY_WEB)
        readiness = Readiness(status="unavailable" if problems else "ok", problems=problems)
        return Response(readiness.model_dump(), status=503 if problems else 200)


class MetricsView(PublicView):
    @extend_schema(responses={(200, "text/plain"): str})
    def get(self, request: Request) -> HttpResponse:
        """Prometheus metrics."""
        return HttpResponse(metrics_text(), content_type=CONTENT_TYPE_LATEST)
