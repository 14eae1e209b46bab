"""The WebSockets: all my jobs, and one job. Subscribe, send the snapshot, then let the hub deliver."""

import json
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from apps.jobs.live.doorbell import job_group, owner_group
from apps.jobs.live.hub import get_hub
from apps.jobs.live.messages import JobDeleted, JobSnapshot, JobsSnapshot, Refusal, job_state, job_summary, with_parts
from apps.jobs.models import Job

NOT_SIGNED_IN, NOT_YOURS, NO_SUCH_JOB = 4401, 4403, 4404
SNAPSHOT_SIZE = 50


class Refused(Exception):
    """The connection isn't allowed; holds its closing code."""


class WatchingConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """What both sockets share: accept, check, join the hub, send the snapshot, answer `resync`."""

    channel_layer_alias = "none"  # a name that isn't configured: the hub alone subscribes, once for all sockets
    group = ""
    whole = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_snapshot = False
        self.delivered: dict[UUID, int] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:  # also when a handler fails: Channels then calls no `disconnect`
            if self.group:
                await get_hub().leave(self)

    async def connect(self) -> None:
        await self.accept()  # closing before would show as a plain 403, without the code
        try:
            if not self.scope["user"].is_authenticated:
                raise Refused(NOT_SIGNED_IN)
            self.group = await self.allowed_group()
        except Refused as refused:
            await self.close(refused.args[0])
            return
        await get_hub().join(self)
        await self.send_snapshot()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self.group:
            return
        try:
            message = json.loads(text_data or "")
        except (ValueError, RecursionError):
            await self.refuse("This message is not valid JSON.")
            return
        if isinstance(message, dict) and message.get("type") == "resync":
            await self.send_snapshot()
        else:
            await self.refuse('This message is not known. The only one is {"type": "resync"}.')

    async def refuse(self, text: str) -> None:
        await self.deliver(Refusal(code="INVALID_INPUT", message=text).model_dump_json())

    async def deliver(self, text: str) -> None:
        await self.send(text_data=text)

    async def send_snapshot(self) -> None:
        await self.deliver(await database_sync_to_async(self.read_snapshot)())
        self.has_snapshot = True

    async def allowed_group(self) -> str:
        """Return the group that this socket watches. Raises Refused."""
        raise NotImplementedError

    def read_snapshot(self) -> str:
        raise NotImplementedError


class JobsConsumer(WatchingConsumer):
    """/ws/jobs/: all jobs of the user, newest first, without their steps."""

    async def allowed_group(self) -> str:
        return owner_group(self.scope["user"].pk)

    def read_snapshot(self) -> str:
        jobs = with_parts(Job.objects.filter(owner=self.scope["user"]))[:SNAPSHOT_SIZE]
        return JobsSnapshot(jobs=[job_summary(job) for job in jobs]).model_dump_json()


class JobConsumer(WatchingConsumer):
    """/ws/jobs/{id}/: one job, whole."""

    whole = True

    @property
    def job_id(self) -> Any:
        return self.scope["url_route"]["kwargs"]["job_id"]

    async def allowed_group(self) -> str:
        job = await Job.objects.filter(pk=self.job_id).afirst()
        if job is None:
            raise Refused(NO_SUCH_JOB)
        if job.owner_id != self.scope["user"].pk:
            raise Refused(NOT_YOURS)
        return job_group(job.pk)

    def read_snapshot(self) -> str:
        job = with_parts(Job.objects.filter(pk=self.job_id)).first()
        return (JobSnapshot(job=job_state(job)) if job else JobDeleted(id=self.job_id)).model_dump_json()


class NoSuchSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Every other address."""

    channel_layer_alias = "none"

    async def connect(self) -> None:
        await self.accept()
        await self.close(NO_SUCH_JOB)
