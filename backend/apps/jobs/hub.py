"""One hub per web process: joins a job's group once, reads the job once per change, fans out to its sockets."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db.models import Q
from django.utils import timezone

from apps.jobs.events import Heartbeat, JobDeleted, JobUpdated, job_state, job_summary, with_parts
from apps.jobs.models import ACTIVE_JOB, Job
from apps.jobs.progress import job_group, owner_group

log = logging.getLogger(__name__)

UPDATE_INTERVAL = 0.2  # seconds between two updates of one job
HEARTBEAT_INTERVAL = 10  # seconds
JUST_FINISHED = timedelta(seconds=60)
RETRY_INTERVAL = 1  # seconds, while the channel layer can't be reached


class Socket(Protocol):
    """A connection that watches a group. `whole` ones get jobs with their steps."""

    group: str
    whole: bool

    async def deliver(self, text: str) -> None: ...


class Hub:
    """Lives in the event loop of its process; nothing here may block it."""

    def __init__(self) -> None:
        self.sockets: dict[str, set[Socket]] = defaultdict(set)  # by group
        self.joined: set[str] = set()
        self.flushed_at: dict[UUID, float] = {}
        self.flushing: dict[UUID, asyncio.Task[None]] = {}
        self.running: list[asyncio.Task[None]] = []
        self.channel = ""
        self.subscribing = asyncio.Lock()

    async def join(self, socket: Socket) -> None:
        """Start delivering to a socket. Subscribe first: the caller sends the snapshot afterwards."""
        self.sockets[socket.group].add(socket)
        if not self.running:
            self.running = [asyncio.create_task(self._listen()), asyncio.create_task(self._beat())]
        await self._join_groups()

    async def leave(self, socket: Socket) -> None:
        watchers = self.sockets[socket.group]
        watchers.discard(socket)
        if watchers:
            return
        del self.sockets[socket.group]
        if socket.group in self.joined:
            self.joined.discard(socket.group)
            try:
                await get_channel_layer().group_discard(socket.group, self.channel)
            except Exception as error:  # the subscription ends with the connection anyway
                log.warning("could not leave %s: %s", socket.group, error)

    async def _join_groups(self) -> None:
        """Join what is watched and not joined yet. While the layer can't be reached, heartbeats stand in for it."""
        layer = get_channel_layer()
        async with self.subscribing:
            try:
                self.channel = self.channel or await layer.new_channel()
                for group in set(self.sockets) - self.joined:
                    await layer.group_add(group, self.channel)
                    self.joined.add(group)
            except Exception as error:  # whatever Redis or the network raises
                log.warning("the channel layer can't be reached: %s", error or type(error).__name__)

    async def _listen(self) -> None:
        while True:
            if not self.channel:
                await asyncio.sleep(RETRY_INTERVAL)
                await self._join_groups()
                continue
            self._ring(await get_channel_layer().receive(self.channel))

    def _ring(self, message: dict[str, Any]) -> None:
        """Read the job soon: at once when it has been quiet, else when its interval is over."""
        job_id = UUID(message["id"])
        if job_id in self.flushing:
            return
        wait = self.flushed_at.get(job_id, 0.0) + UPDATE_INTERVAL - time.monotonic()
        self.flushing[job_id] = asyncio.create_task(self._flush(job_id, message["owner"], max(0.0, wait)))

    async def _flush(self, job_id: UUID, owner_id: int, wait: float) -> None:
        await asyncio.sleep(wait)
        del self.flushing[job_id]  # a change from here on wants another read
        self._forget_quiet_jobs()
        self.flushed_at[job_id] = time.monotonic()
        try:
            job = await database_sync_to_async(_read_job)(job_id)
        except Exception:
            log.exception("could not read job %s", job_id)
            return
        watching = [s for group in (job_group(job_id), owner_group(owner_id)) for s in self.sockets.get(group, ())]
        if job is None:
            await self._send(watching, JobDeleted(id=job_id).model_dump_json())
            return
        for whole, state in ((True, job_state), (False, job_summary)):
            if sockets := [socket for socket in watching if socket.whole == whole]:
                await self._send(sockets, JobUpdated(job=state(job)).model_dump_json())

    def _forget_quiet_jobs(self) -> None:
        recent = time.monotonic() - UPDATE_INTERVAL
        self.flushed_at = {job_id: at for job_id, at in self.flushed_at.items() if at > recent}

    async def _send(self, sockets: Iterable[Socket], text: str) -> None:
        for socket in sockets:
            try:
                await socket.deliver(text)
            except Exception as error:  # this socket is closing: its consumer leaves by itself
                log.debug("could not deliver: %s", error)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_INTERVAL)
            try:
                await self._join_groups()
                await self._send_heartbeats()
            except Exception:
                log.exception("could not send heartbeats")

    async def _send_heartbeats(self) -> None:
        versions: dict[str, dict[UUID, int]] = defaultdict(dict)
        for job_id, owner_id, version in await database_sync_to_async(_read_versions)(set(self.sockets)):
            versions[job_group(job_id)][job_id] = version
            versions[owner_group(owner_id)][job_id] = version
        for group in list(self.sockets):
            text = Heartbeat(versions=versions[group]).model_dump_json()
            await self._send(list(self.sockets.get(group, ())), text)


def _read_job(job_id: UUID) -> Job | None:
    return with_parts(Job.objects.filter(pk=job_id)).first()


def _read_versions(groups: set[str]) -> list[tuple[UUID, int, int]]:
    """Return (id, owner, version) of the unfinished and just-finished jobs that the groups watch."""
    watched = Q(pk__in=[group[len("job.") :] for group in groups if group.startswith("job.")])
    watched |= Q(owner__in=[group[len("owner.") :] for group in groups if group.startswith("owner.")])
    live = Q(status__in=ACTIVE_JOB) | Q(finished_at__gt=timezone.now() - JUST_FINISHED)
    return list(Job.objects.filter(watched, live).values_list("pk", "owner_id", "version"))


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def get_hub() -> Hub:
    """Return the hub of the running event loop: a web process has one."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
