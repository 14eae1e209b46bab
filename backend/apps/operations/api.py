"""Queues, health and metrics over HTTP."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.utils import extend_schema
from prometheus_client import CONTENT_TYPE_LATEST
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.operations.health import NEEDED_BY_WEB, find_problems
from apps.operations.metrics import metrics_text
from apps.operations.queues import QueueStates, queue_states


class QueuesView(APIView):
    @extend_schema(responses=QueueStates)
    def get(self, request: Request) -> Response:
        """Every queue: its promise, what waits, what runs, who serves it."""
        return Response([state.model_dump() for state in queue_states()])


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that this process is alive."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether what this process needs can be reached: 503 names what can't."""
    problems = find_problems(NEEDED_BY_WEB)
    return JsonResponse(
        {"status": "unavailable" if problems else "ok", "problems": problems}, status=503 if problems else 200
    )


def metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(metrics_text(), content_type=CONTENT_TYPE_LATEST)
