"""One hub per web process: joins a job's group once, reads the job once per change, fans out to its sockets."""

import asyncio
import logging
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db.models import Q
from django.utils import timezone

from apps.jobs.live.doorbell import job_group, owner_group
from apps.jobs.live.messages import Heartbeat, JobDeleted, JobUpdated, job_state, job_summary, with_parts
from apps.jobs.models import ACTIVE_JOB, Job

log = logging.getLogger(__name__)

UPDATE_INTERVAL = 0.2  # seconds between two updates of one job
HEARTBEAT_INTERVAL = 10  # seconds
JUST_FINISHED = timedelta(seconds=60)
JOIN_TIMEOUT = 0.5  # seconds
RETRY_INTERVAL = 1  # seconds, while the channel layer can't be reached
DELETED = sys.maxsize  # newer than every version


class Socket(Protocol):
    """A connection that watches a group. `whole` ones get jobs with their steps; `delivered` is kept by the hub."""

    group: str
    whole: bool
    has_snapshot: bool  # without which a heartbeat would tell it nothing
    delivered: dict[UUID, int]  # the newest version of each job that was sent to it

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
        with suppress(TimeoutError):  # a layer that hangs must not keep the snapshot back
            await asyncio.wait_for(self._join_groups(), JOIN_TIMEOUT)
        if not self.running:
            loops = (self._listen(), self._rejoin(), self._beat())
            self.running = [asyncio.create_task(loop) for loop in loops]

    async def leave(self, socket: Socket) -> None:
        """Stop delivering to a socket. Leaving twice is as leaving once."""
        self.sockets[socket.group].discard(socket)
        if self.sockets[socket.group]:
            return
        del self.sockets[socket.group]
        if socket.group in self.joined:
            self.joined.discard(socket.group)
            try:
                await get_channel_layer().group_discard(socket.group, self.channel)
            except Exception as error:  # the subscription ends with the connection anyway
                log.warning("could not leave %s: %s", socket.group, error)

    async def _join_groups(self) -> None:
        """Join what is watched and not joined yet. Until the layer can be reached, heartbeats stand in for it."""
        layer = get_channel_layer()
        async with self.subscribing:
            try:
                self.channel = self.channel or await layer.new_channel()
                for group in set(self.sockets) - self.joined:
                    await layer.group_add(group, self.channel)
                    self.joined.add(group)
            except Exception as error:  # whatever Redis or the network raises
                log.warning("the channel layer can't be reached: %s", error or type(error).__name__)

    async def _rejoin(self) -> None:
        while True:
            await asyncio.sleep(RETRY_INTERVAL)
            if set(self.sockets) - self.joined:
                await self._join_groups()

    async def _listen(self) -> None:
        while True:
            try:
                if self.channel:
                    self._ring(await get_channel_layer().receive(self.channel))
                    continue
            except Exception:
                log.exception("could not receive from the channel layer")
            await asyncio.sleep(RETRY_INTERVAL)

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
        groups = (job_group(job_id), owner_group(owner_id))
        watching = [socket for group in groups for socket in self.sockets.get(group, ())]
        try:
            version, texts = await database_sync_to_async(_read_job)(job_id, {socket.whole for socket in watching})
        except Exception:
            log.exception("could not read job %s", job_id)
            return
        for socket in watching:
            if socket.delivered.get(job_id, 0) < version:  # a ring during the last read has this one find nothing new
                socket.delivered[job_id] = version
                await self._send([socket], texts[socket.whole])

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
        """Send heartbeats: often while a group can't be joined, because nothing else brings its news then."""
        sent_at = time.monotonic()
        while True:
            await asyncio.sleep(min(RETRY_INTERVAL, HEARTBEAT_INTERVAL))
            hears_all = self.joined >= set(self.sockets)
            if hears_all and time.monotonic() - sent_at < HEARTBEAT_INTERVAL:
                continue
            sent_at = time.monotonic()
            try:
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
            await self._send([socket for socket in self.sockets.get(group, ()) if socket.has_snapshot], text)


def _read_job(job_id: UUID, forms: set[bool]) -> tuple[int, dict[bool, str]]:
    """Return the version, and the message for each form that is wanted: whole or not.

    In a thread: a large job takes its time.
    """
    job = with_parts(Job.objects.filter(pk=job_id)).first() if forms else None
    if job is None:
        return DELETED, dict.fromkeys(forms, JobDeleted(id=job_id).model_dump_json())
    states = {whole: (job_state if whole else job_summary)(job) for whole in forms}
    return job.version, {whole: JobUpdated(job=state).model_dump_json() for whole, state in states.items()}


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
