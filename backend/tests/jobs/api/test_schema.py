"""One contract for both sides: the frontend's types are generated from this schema."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import URLPattern, get_resolver

from apps.jobs.failures import ErrorCode
from apps.jobs.live.messages import StageStatus
from apps.jobs.models import JobStatus, Priority, StepStatus


@pytest.fixture(scope="module")
def schema() -> Any:
    out = StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", "--format", "openapi-json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("words", [JobStatus, StepStatus, StageStatus, Priority, ErrorCode])
def test_words_are_named_and_complete(schema: Any, words: Any) -> None:
    assert schema["components"]["schemas"][words.__name__]["enum"] == [str(word) for word in words]


@pytest.mark.parametrize(
    ("message", "type_"),
    [
        ("JobSnapshot", "job.snapshot"),
        ("JobsSnapshot", "jobs.snapshot"),
        ("JobUpdated", "job.updated"),
        ("JobDeleted", "job.deleted"),
        ("Heartbeat", "heartbeat"),
        ("Refusal", "error"),
    ],
)
def test_messages_of_the_socket_are_known_by_their_type(schema: Any, message: str, type_: str) -> None:
    found = schema["components"]["schemas"][message]
    assert found["properties"]["type"]["const"] == type_
    assert set(found["required"]) == set(found["properties"])


def test_every_reference_leads_somewhere(schema: Any) -> None:
    components = schema["components"]["schemas"]
    assert {name for name in _references(schema) if name not in components} == set()


def test_filters_and_submission_use_the_same_words(schema: Any) -> None:
    def words(path: str) -> Any:
        parameters = schema["paths"][path]["get"]["parameters"]
        return next(parameter["schema"]["$ref"] for parameter in parameters if parameter["name"] == "status")

    assert words("/api/jobs/").endswith("/JobStatus")
    assert words("/api/jobs/{job_id}/steps/").endswith("/StepStatus")
    assert schema["components"]["schemas"]["Submission"]["properties"]["priority"]["$ref"].endswith("/Priority")


def test_every_operation_tells_the_shape_of_its_errors(schema: Any) -> None:
    for operations in schema["paths"].values():
        for operation in operations.values():
            body = operation["responses"]["default"]["content"]["application/json"]["schema"]
            assert body["$ref"].endswith("/ErrorBody")


def test_every_address_of_the_api_has_a_name() -> None:
    ours = [pattern for pattern in get_resolver().url_patterns if str(pattern.pattern) != "admin/"]
    nameless = [str(pattern.pattern) for pattern in _patterns(ours) if not pattern.name]
    assert set(nameless) <= {"^api(/|$)", r"^static/(?P<path>.*)$"}


def _references(part: Any) -> set[str]:
    if isinstance(part, list):
        return {name for item in part for name in _references(item)}
    if not isinstance(part, dict):
        return set()
    found = {name for item in part.values() for name in _references(item)}
    return found | ({part["$ref"].rpartition("/")[2]} if isinstance(part.get("$ref"), str) else set())


def _patterns(patterns: Any) -> list[URLPattern]:
    found: list[URLPattern] = []
    for pattern in patterns:
        found += [pattern] if isinstance(pattern, URLPattern) else _patterns(pattern.url_patterns)
    return found
