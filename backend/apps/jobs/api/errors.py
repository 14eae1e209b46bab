"""The shape of every error: {"error": {"code", "message", "fields"?}}, whoever raised it.

Not drf-standardized-errors: its shape is another one, and every mapping below would still have to be written for it.
"""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import BaseModel, Field
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from apps.jobs.failures import DISK_FULL, is_disk_full
from apps.jobs.services import Conflict, InvalidRequest, QuotaExceeded, TooManyJobs

log = logging.getLogger(__name__)

# What a hostile request raises on its way through Django and the database.
UNREADABLE = (DjangoValidationError, DataError, RecursionError, UnicodeError, TooManyFieldsSent)
NOTHING_HERE = "There is nothing at this address."


class ErrorDetail(BaseModel):
    """What went wrong: a code for programs, a sentence for people, and sentences by field of the request."""

    code: str
    message: str
    fields: dict[str, list[str]] = Field(default_factory=dict)


class ErrorBody(BaseModel):
    """The body of every answer from 400 on."""

    error: ErrorDetail


class HttpError(APIException):
    """An error whose status, code and message are known."""

    def __init__(self, status_code: int, code: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status_code, self.default_code = status_code, code
        if retry_after is not None:
            self.wait = retry_after  # seconds; REST framework makes it the header Retry-After


class TooLarge(ValidationError):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


def shape(code: str, message: str, fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    return ErrorBody(error=ErrorDetail(code=code, message=message, fields=fields or {})).model_dump(
        exclude_defaults=True
    )


def api_error(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Give an error of a view the shape above. Anything unknown becomes server_error's 500."""
    exc = _translated(exc)
    response = exception_handler(exc, context)
    if response is None:
        return None
    fields = _fields(response.data) if isinstance(exc, ValidationError) else None
    code = str(getattr(exc, "default_code", HTTPStatus(response.status_code).name)).upper()
    message = str(exc.detail) if isinstance(exc, APIException) and not fields else str(exc)
    if fields:
        code, message = "INVALID_INPUT", " ".join(f"{name}: {' '.join(texts)}" for name, texts in fields.items())
    response.data = shape(code, message, fields)
    return response


def _translated(exc: Exception) -> Exception:
    """Return what services, storage and database raise as an error with an HTTP status."""
    match exc:
        case InvalidRequest():
            return (TooLarge if exc.too_large else ValidationError)(exc.fields)
        case Http404():
            return HttpError(status.HTTP_404_NOT_FOUND, "NOT_FOUND", NOTHING_HERE)
        case Conflict():
            return HttpError(status.HTTP_409_CONFLICT, "CONFLICT", str(exc))
        case TooManyJobs():
            return HttpError(status.HTTP_429_TOO_MANY_REQUESTS, "TOO_MANY_JOBS", str(exc), retry_after=30)
        case QuotaExceeded():
            return HttpError(status.HTTP_507_INSUFFICIENT_STORAGE, "QUOTA_EXCEEDED", str(exc))
        case RequestDataTooBig():
            return HttpError(status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "TOO_LARGE", str(exc))
        case OSError() if is_disk_full(exc):
            return HttpError(status.HTTP_507_INSUFFICIENT_STORAGE, "STORAGE_FULL", DISK_FULL)
        case OperationalError() | InterfaceError():  # a lock that wasn't given in time, or a database that is away
            log.warning("the database could not answer a request in time: %s", str(exc).strip())
            message = "The database is busy or away. Try again in a few seconds."
            return HttpError(status.HTTP_503_SERVICE_UNAVAILABLE, "DATABASE_BUSY", message, retry_after=5)
        case _ if isinstance(exc, UNREADABLE):
            message = "The request holds something that can't be read, such as a forbidden character."
            return HttpError(status.HTTP_400_BAD_REQUEST, "INVALID_INPUT", message)
    return exc


def _fields(detail: Any) -> dict[str, list[str]]:
    if isinstance(detail, list):
        return {"request": [str(item) for item in detail]}
    return {name: _texts(value) for name, value in detail.items()}


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [str(value)]
    if isinstance(value, dict):
        return [f"{name}: {text}" for name, item in value.items() for text in _texts(item)]
    return [text for item in value for text in _texts(item)]


# Where no view of REST framework is reached


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    return JsonResponse(shape("INVALID_INPUT", "The request can't be read."), status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> JsonResponse:
    message = f"The CSRF token is missing or stale: the session has a new one. {reason}".strip()
    return JsonResponse(shape("PERMISSION_DENIED", message), status=403)


@csrf_exempt  # nothing is done, and a wrong address is told also to who brought no token
def not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    return JsonResponse(shape("NOT_FOUND", NOTHING_HERE), status=404)


def server_error(request: HttpRequest) -> JsonResponse:
    return JsonResponse(
        shape("INTERNAL_ERROR", "Something went wrong on our side. The log has the details."), status=500
    )
