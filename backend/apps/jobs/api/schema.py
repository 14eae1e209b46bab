"""What views can't tell the OpenAPI schema: the messages of the WebSocket, and the shape of every error."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from apps.jobs.api.errors import ErrorBody
from apps.jobs.live.messages import Heartbeat, JobDeleted, JobSnapshot, JobsSnapshot, JobUpdated, Refusal

MESSAGES = (JobSnapshot, JobsSnapshot, JobUpdated, JobDeleted, Heartbeat, Refusal)
MODELS: tuple[type[BaseModel], ...] = (*MESSAGES, ErrorBody)
ERROR = {
    "description": "Refused, or failed: the body says why.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}},
}


def add_messages_and_errors(result: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Complete a schema: a postprocessing hook of drf-spectacular's."""
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "serialization") for model in MODELS]
    _, found = models_json_schema(models, ref_template="#/components/schemas/{model}")
    for message in MESSAGES:
        schema = found["$defs"][message.__name__]
        schema["required"] = list(schema["properties"])  # `type` too, which is sent though it has a default
    result["components"]["schemas"] = dict(sorted({**found["$defs"], **result["components"]["schemas"]}.items()))
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"].setdefault("default", ERROR)
    return result
