"""What operators see and do: the failures of all users, in groups, each of which can be retried together."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, QuerySet
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel, RootModel
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.jobs import services
from apps.jobs.api.serializers import FailureGroup, validated
from apps.jobs.failures import ErrorCode
from apps.jobs.models import Job, JobStatus

RETRIED_AT_ONCE = 200  # jobs in one request


class Failures(BaseModel):
    """Jobs of one pipeline that failed with the same code."""

    error_code: ErrorCode
    kind: str
    count: int
    newest_at: datetime
    newest_message: str


class FailureGroups(RootModel[list[Failures]]):
    pass


class Retried(BaseModel):
    retried: int
    left: int  # ask again for those


class FailuresView(APIView):
    permission_classes = (IsAdminUser,)

    @extend_schema(operation_id="failures_list", responses=FailureGroups)
    def get(self, request: Request) -> Response:
        """The failed jobs of all users by error code and pipeline, the largest group first."""
        groups = _failed().values("error_code", "kind").annotate(count=Count("id"), newest_at=Max("finished_at"))
        found = [Failures(**group, newest_message=_newest(group)) for group in groups.order_by("-count")]
        return Response([failures.model_dump(mode="json") for failures in found])


class RetryFailuresView(APIView):
    permission_classes = (IsAdminUser,)

    @extend_schema(request=FailureGroup, responses=Retried)
    def post(self, request: Request) -> Response:
        """Retry a group of failed jobs, the oldest 200 at once."""
        group = validated(FailureGroup, request.data)
        jobs = _failed().filter(error_code=group["error_code"], kind=group["kind"])
        if newest_at := group.get("newest_at"):
            jobs = jobs.filter(finished_at__lte=newest_at)
        ids = list(jobs.order_by("finished_at").values_list("pk", flat=True)[:RETRIED_AT_ONCE])
        retried, _ = services.change_each(ids, services.retry_job)
        return Response(Retried(retried=retried, left=jobs.count()).model_dump())


def _failed() -> QuerySet[Job]:
    return Job.objects.filter(status=JobStatus.FAILED).order_by()


def _newest(group: Mapping[str, Any]) -> str:
    jobs = _failed().filter(error_code=group["error_code"], kind=group["kind"], finished_at=group["newest_at"])
    return jobs.values_list("error_message", flat=True).first() or ""
