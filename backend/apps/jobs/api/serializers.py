"""What a request may hold. Whether it can be done is the services' to say."""

from typing import Any

from django.db.models import TextChoices
from drf_spectacular.drainage import set_override
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.jobs.failures import ErrorCode
from apps.jobs.models import JobStatus, Priority, StepStatus


class Choice(serializers.ChoiceField):
    """A choice that names the others when it is none of them."""

    def __init__(self, choices: Any, **options: Any) -> None:
        words = ", ".join(choices)
        super().__init__(
            [choice.value for choice in choices],
            error_messages={"invalid_choice": f"This is none of: {words}."},
            **options,
        )
        set_override(self, "field", {"$ref": f"#/components/schemas/{choices.__name__}"})


@extend_schema_field(OpenApiTypes.BINARY)
class Upload(serializers.FileField):
    """A file, as a form sends it."""


class JsonText(serializers.JSONField):
    """JSON, which a form sends as text. An empty field is none."""

    default_error_messages = {"invalid": "This is not valid JSON."}  # noqa: RUF012 - as REST framework has it

    def get_value(self, dictionary: Any) -> Any:
        value = super().get_value(dictionary)
        return serializers.empty if value == "" else value

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except RecursionError:
            self.fail("invalid")


class Order(TextChoices):
    """In which order jobs are listed."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"


def validated(kind: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """Return what was sent, checked and converted. Raises ValidationError."""
    serializer = kind(data=data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class Announcement(serializers.Serializer[Any]):
    """A file that is to come in chunks, below `upload/`."""

    name = serializers.CharField(max_length=255)
    size = serializers.IntegerField(min_value=0, max_value=2**63 - 1, help_text="In bytes.")


class Submission(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=64)
    file = Upload(required=False, allow_null=True)
    url = serializers.CharField(required=False, allow_blank=True)
    upload = Announcement(required=False, allow_null=True)
    options = JsonText(required=False, allow_null=True)
    priority = Choice(Priority, required=False)


class UploadQuery(serializers.Serializer[Any]):
    sha256 = serializers.RegexField(
        r"^[A-Za-z0-9+/]{43}=$",
        required=False,
        help_text="Of the next chunk, in base64: then a bucket takes no other.",
    )


class IdempotencyKey(serializers.Serializer[Any]):
    """The header, which has no name that Python takes. Empty: none."""

    def get_fields(self) -> dict[str, Any]:
        return {"Idempotency-Key": serializers.CharField(max_length=200, allow_blank=True)}


class WhichJobs(serializers.Serializer[Any]):
    kind = serializers.CharField(required=False, max_length=64)
    search = serializers.CharField(required=False, max_length=200, help_text="In the source's name, or a job's id.")
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False, help_text="Before this moment.")
    same_as = serializers.UUIDField(required=False, help_text="Runs of the source of this job.")
    everybody = serializers.BooleanField(required=False, help_text="For operators: the jobs of all users.")


class JobsQuery(WhichJobs):
    status = Choice(JobStatus, required=False)
    sort = serializers.ChoiceField(Order.values, required=False)
    cursor = serializers.CharField(required=False)


class DurationsQuery(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=64)


class ManyJobs(serializers.Serializer[Any]):
    ids = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=200)


class FailureGroup(serializers.Serializer[Any]):
    """Which failed jobs: of all users, those that failed in the same way, and no later than the newest that was seen.

    Without that, whoever retries a group until none is left meets the jobs that have failed once more.
    """

    error_code = Choice(ErrorCode)
    kind = serializers.CharField(max_length=64)
    newest_at = serializers.DateTimeField(required=False)


class StepsQuery(serializers.Serializer[Any]):
    stage = serializers.CharField(required=False, max_length=64)
    status = Choice(StepStatus, required=False)
    search = serializers.CharField(required=False, max_length=200)
    cursor = serializers.CharField(required=False)


class AttemptsQuery(serializers.Serializer[Any]):
    step = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    cursor = serializers.CharField(required=False)


class ArtifactsQuery(serializers.Serializer[Any]):
    cursor = serializers.CharField(required=False)
