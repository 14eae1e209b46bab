"""Lists in pages, by cursor: a page costs the same however far it is, and rows that come in between shift nothing."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError
from django.db.models import Model, QuerySet
from pydantic import BaseModel
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from apps.jobs.api.serializers import Order
from apps.jobs.live.messages import ArtifactState, JobSummary, StepState

JOB_ORDER = {
    Order.NEWEST: ("-created_at", "-id"),
    Order.OLDEST: ("created_at", "id"),
    Order.NAME: ("source_name", "-created_at", "-id"),
}

Row = TypeVar("Row", bound=Model)


class JobPage(BaseModel):
    results: list[JobSummary]
    next: str | None
    previous: str | None


class StepPage(BaseModel):
    results: list[StepState]
    next: str | None
    previous: str | None


class ArtifactPage(BaseModel):
    results: list[ArtifactState]
    next: str | None
    previous: str | None


class Pages(CursorPagination):
    def read(self, rows: QuerySet[Row], request: Request) -> list[Row]:
        """Return the rows of the page that the request asks for. Raises ValidationError when its cursor is broken."""
        try:
            return self.paginate_queryset(rows, request) or []
        except (NotFound, ValueError, DataError, DjangoValidationError):
            raise ValidationError({"cursor": ["This cursor is none of ours. Start without one."]}) from None

    def links(self) -> dict[str, Any]:
        return {"next": self.get_next_link(), "previous": self.get_previous_link()}


class JobPages(Pages):
    page_size = 50

    def __init__(self, order: Order) -> None:
        self._order = JOB_ORDER[order]

    def get_ordering(self, *_: Any) -> tuple[str, ...]:
        return self._order


class StepPages(Pages):
    """In the order in which they were planned."""

    page_size = 200
    ordering = ("id",)


class AttemptPages(Pages):
    page_size = 200
    ordering = ("step_id", "attempt")


class ArtifactPages(Pages):
    """In the order of the steps that made them."""

    page_size = 200
    ordering = ("step_id", "id")
