"""The shape of every error: {"error": {"code", "message", "fields"?}}, whoever raised it."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError
from django.http import HttpRequest, JsonResponse
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from apps.jobs.failures import DISK_FULL, is_disk_full

# What a hostile request raises on its way through Django and the database.
UNREADABLE = (DjangoValidationError, DataError, RecursionError, UnicodeError, RequestDataTooBig, TooManyFieldsSent)


def shape(code: str, message: str, fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": message}
    if fields:
        error["fields"] = fields
    return {"error": error}


def api_error(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Give an error of Django REST framework the shape above. Anything unknown becomes server_error's 500."""
    if isinstance(exc, UNREADABLE):
        message = "The request holds something that can't be read: a broken cursor, a forbidden character, or the like."
        return Response(shape("INVALID_INPUT", message), status=HTTPStatus.BAD_REQUEST)
    if is_disk_full(exc):
        return Response(shape("STORAGE_FULL", DISK_FULL), status=HTTPStatus.INSUFFICIENT_STORAGE)
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


def _fields(detail: Any) -> dict[str, list[str]]:
    if isinstance(detail, list):
        return {"request": [str(item) for item in detail]}
    return {name: _texts(value) for name, value in detail.items()}


def _texts(value: Any) -> list[str]:
    if isinstance(value, str | ErrorDetail):
        return [str(value)]
    if isinstance(value, dict):
        return [f"{name}: {text}" for name, item in value.items() for text in _texts(item)]
    return [text for item in value for text in _texts(item)]


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    return JsonResponse(shape("INVALID_INPUT", "The request can't be read."), status=400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    return JsonResponse(shape("NOT_FOUND", "There is nothing at this address."), status=404)


def server_error(request: HttpRequest) -> JsonResponse:
    return JsonResponse(
        shape("INTERNAL_ERROR", "Something went wrong on our side. The log has the details."), status=500
    )
