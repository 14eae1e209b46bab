"""`notify`: tells somebody when jobs end, by e-mail or with a signed request to an address.

The pipeline starts that and stops it; what is sent afterwards is a task's work: tasks.py. It is a Django app besides,
for its models: config/settings.py installs it.
"""

from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from apps.jobs.pipelines import Options, Pipeline, Stage, job_ended, register

KIND = "notify"


class NotifyOptions(Options):
    """What may be asked of `notify`."""

    action: Literal["start", "stop", "send again"] = Field(
        "start", title="Action", description="Send again: what could not be delivered, also after it was given up."
    )
    webhook: str = Field(
        "", title="Address", max_length=1900, description="It gets a POST. Empty: an e-mail to your account's address."
    )
    when: Literal["every end", "failures"] = Field("every end", title="When", description="Of your jobs.")

    @field_validator("webhook")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.username):
            raise ValueError("Begin with https:// and a host, and without a user name.")
        return value


register(
    Pipeline(
        kind=KIND,
        title="Tell me when jobs end",
        description="Sends an e-mail, or a signed request to an address, whenever one of your jobs ends.",
        options=NotifyOptions,
        stages=(Stage("subscribe", "ingestion_io", "pipelines.notify.subscribe.subscribe"),),
    )
)


def tell(**job: Any) -> None:
    """Receive `job_ended`. The models are there by then, and not yet when this is imported."""
    from pipelines.notify.ended import make_deliveries

    make_deliveries(job_id=job["job_id"], owner_id=job["owner_id"], kind=job["kind"], status=job["status"])


job_ended.connect(tell, dispatch_uid=KIND)
