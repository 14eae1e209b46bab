"""The WebSockets: all my jobs, and one job. Subscribe, send the snapshot, then let the hub deliver."""

import asyncio
import json
import time
from typing import Any
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer

from apps.jobs.live.backpressure import UNREAD
from apps.jobs.live.credentials import Credential, sees_everybodys
from apps.jobs.live.hub import NOT_SIGNED_IN, get_hub
from apps.jobs.live.messages import JobDeleted, Refusal
from apps.jobs.live.reading import read_list, read_snapshot
from apps.jobs.models import Job

NOT_YOURS, NO_SUCH_JOB, READS_TOO_SLOWLY, TOO_MANY_SOCKETS = 4403, 4404, 4408, 4429
SNAPSHOT_SIZE = 50
RESYNC_INTERVAL = 1.0  # seconds between two snapshots
MAX_SOCKETS = 50  # of one user, in one web process
MAX_UNREAD = 700_000  # bytes: with one more message and what the server buffers, below 1 MB
PATIENCE = 5.0  # seconds for a server that waits until the client reads


class NotAllowed(Exception):
    """The connection isn't allowed; holds its closing code."""


class WatchingConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """What both sockets share: accept, check, join the hub, send the snapshot, answer `resync`."""

    channel_layer_alias = "none"  # a name that isn't configured: the hub alone subscribes, once for all sockets
    job_id: UUID | None = None
    owner_id: int
    credential: Credential

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_snapshot = False
        self.delivered: dict[UUID, int] = {}
        self.missed: set[UUID] = set()
        self._is_watching = False
        self._snapshot_at = 0.0
        self._resync: asyncio.Task[None] | None = None
        self._unread = 0  # bytes sent since the client was last known to read

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:  # also when a handler fails: Channels then calls no `disconnect`
            if self._resync:
                self._resync.cancel()
            if self._is_watching:
                await get_hub().leave(self)

    async def connect(self) -> None:
        await self.accept()  # closing before would show as a plain 403, without the code
        try:
            if not self.scope.get("credential"):
                raise NotAllowed(NOT_SIGNED_IN)
            self.credential = self.scope["credential"]
            if get_hub().count_sockets(self.credential.user_id) >= MAX_SOCKETS:
                raise NotAllowed(TOO_MANY_SOCKETS)
            self.owner_id = await self.find_owner()
        except NotAllowed as refused:
            await self.close(refused.args[0])
            return
        self._is_watching = True
        await get_hub().join(self)
        await self.send_snapshot()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self._is_watching:
            return
        try:
            message = json.loads(text_data or "")
        except (ValueError, RecursionError):
            await self.refuse("This message is not valid JSON.")
            return
        if not isinstance(message, dict) or message.get("type") != "resync":
            await self.refuse('This message is not known. The only one is {"type": "resync"}.')
        elif self._resync is None or self._resync.done():  # else the one that is under way answers this one too
            self._resync = asyncio.create_task(self.resync())

    async def resync(self) -> None:
        await asyncio.sleep(max(0.0, self._snapshot_at + RESYNC_INTERVAL - time.monotonic()))
        await self.send_snapshot()

    async def refuse(self, text: str) -> None:
        await self.deliver(Refusal(code="INVALID_INPUT", message=text).model_dump_json())

    async def deliver(self, text: str) -> None:
        """Send a message, or close the connection of a client that reads too slowly."""
        unread = self.scope.get(UNREAD)
        self._unread = self._unread + len(text.encode()) if unread and unread.is_waiting else 0
        if self._unread > MAX_UNREAD:
            await self.end(READS_TOO_SLOWLY)
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self.send(text_data=text)
        except TimeoutError:
            await self.end(READS_TOO_SLOWLY)

    async def end(self, code: int) -> None:
        await get_hub().leave(self)
        await self.close(code)

    async def send_snapshot(self) -> None:
        self._snapshot_at = time.monotonic()
        versions, text = await get_hub().read_for_all(self.shows, self.read_snapshot)
        self.delivered |= versions
        await self.deliver(text)
        self.has_snapshot = True
        get_hub().catch_up(self)

    async def find_owner(self) -> int:
        """Return whose jobs this socket shows: the user's own. Raises NotAllowed if the user must not watch them."""
        return self.credential.user_id

    @property
    def shows(self) -> tuple[str, object]:
        """Name what the socket shows: the same for all that get the same snapshot."""
        raise NotImplementedError

    def read_snapshot(self) -> tuple[dict[UUID, int], str]:
        """Return the versions of the jobs in the snapshot, and its text."""
        raise NotImplementedError


class JobsConsumer(WatchingConsumer):
    """/ws/jobs/: all jobs of the user, newest first, without their steps."""

    @property
    def shows(self) -> tuple[str, object]:
        return "jobs of", self.owner_id

    def read_snapshot(self) -> tuple[dict[UUID, int], str]:
        return read_list(Job.objects.filter(owner=self.owner_id), SNAPSHOT_SIZE)


class JobConsumer(WatchingConsumer):
    """/ws/jobs/{id}/: one job, whole."""

    job_id: UUID

    async def connect(self) -> None:
        self.job_id = self.scope["url_route"]["kwargs"]["job_id"]
        await super().connect()

    async def find_owner(self) -> int:
        job = await Job.objects.filter(pk=self.job_id).only("owner_id").afirst()
        if job is None:
            raise NotAllowed(NO_SUCH_JOB)
        if job.owner_id != self.credential.user_id and not sees_everybodys(is_staff=self.credential.is_staff):
            raise NotAllowed(NOT_YOURS)
        return job.owner_id

    @property
    def shows(self) -> tuple[str, object]:
        return "job", self.job_id

    def read_snapshot(self) -> tuple[dict[UUID, int], str]:
        found = read_snapshot(self.job_id)
        if found is None:
            return {}, JobDeleted(id=self.job_id).model_dump_json()
        return {self.job_id: found[0]}, found[1]


class NoSuchSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Every other address."""

    channel_layer_alias = "none"

    async def connect(self) -> None:
        await self.accept()
        await self.close(NO_SUCH_JOB)
