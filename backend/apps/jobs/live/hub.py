"""One hub per web process: joins a user's group once, reads a job once per change, fans out to the user's sockets."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import DatabaseSyncToAsync
from channels.layers import get_channel_layer
from django.db.models import Q
from django.utils import timezone

from apps.jobs.live.credentials import Credential, still_valid
from apps.jobs.live.doorbell import owner_group
from apps.jobs.live.messages import Heartbeat, JobDeleted
from apps.jobs.live.reading import read_summary_update, read_update
from apps.jobs.models import UNENDED_JOB, Job

log = logging.getLogger(__name__)

T = TypeVar("T")

UPDATE_INTERVAL = 0.2  # seconds between two updates of one job, on average
JITTER = UPDATE_INTERVAL / 2  # so much sooner one may be sent: else each waits for as long as one before it was late
HEARTBEAT_INTERVAL = 10  # seconds
JUST_FINISHED = timedelta(seconds=60)
JOIN_TIMEOUT = 0.5  # seconds
RETRY_INTERVAL = 1  # seconds, while the channel layer can't be reached
NOT_SIGNED_IN = 4401

readers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")  # a large snapshot doesn't hold others up


async def read(function: Callable[..., T], *arguments: Any) -> T:
    """Run a function that reads the database in a thread of the hub's own."""
    found: T = await DatabaseSyncToAsync(function, thread_sensitive=False, executor=readers)(*arguments)
    return found


class Socket(Protocol):
    """A connection that watches one job with its steps, or without a `job_id` the list of its owner's."""

    job_id: UUID | None
    owner_id: int  # whose jobs it watches: its user's own, unless that is an operator
    credential: Credential
    has_snapshot: bool
    delivered: dict[UUID, int]  # the newest version of each job that was sent to it; kept by the hub
    missed: set[UUID]  # jobs that changed before it had its snapshot; kept by the hub

    async def deliver(self, text: str) -> None: ...
    async def end(self, code: int) -> None: ...


class Hub:
    """Lives in the event loop of its process; nothing here may block it."""

    def __init__(self) -> None:
        self.sockets: dict[int, set[Socket]] = {}  # by the owner of what they watch
        self.joined: set[int] = set()  # owners to whose groups the hub listens
        self.due: dict[UUID, float] = {}  # when an update of a job may be sent next
        self.flushing: dict[UUID, asyncio.Task[None]] = {}
        self.running: list[asyncio.Task[None]] = []
        self.readings: dict[Hashable, asyncio.Task[Any]] = {}  # that wait for a thread
        self.channel = ""
        self.subscribing = asyncio.Lock()

    async def join(self, socket: Socket) -> None:
        """Start delivering to a socket. Subscribe first: the caller sends the snapshot afterwards."""
        self.sockets.setdefault(socket.owner_id, set()).add(socket)
        with suppress(TimeoutError):  # a layer that hangs must not keep the snapshot back
            await asyncio.wait_for(self._join_groups(), JOIN_TIMEOUT)
        if not self.running:
            loops = (self._listen(), self._rejoin(), self._beat())
            self.running = [asyncio.create_task(loop) for loop in loops]

    async def read_for_all(self, what: Hashable, function: Callable[[], T]) -> T:
        """Run a function that reads, once for all who ask for the same before it begins: they come in crowds."""

        def begin() -> T:
            del self.readings[what]  # who asks from here on wants what is new since
            return function()

        if what not in self.readings:
            self.readings[what] = asyncio.create_task(read(begin))
        found: T = await asyncio.shield(self.readings[what])  # one that leaves takes it from nobody
        return found

    def catch_up(self, socket: Socket) -> None:
        """Send what changed while a socket waited for its snapshot."""
        while socket.missed:
            self._flush_soon(socket.missed.pop(), socket.owner_id)

    async def leave(self, socket: Socket) -> None:
        """Stop delivering to a socket. Idempotent."""
        owner_id = socket.owner_id
        sockets = self.sockets.get(owner_id, set())
        sockets.discard(socket)
        if sockets:
            return
        self.sockets.pop(owner_id, None)
        if owner_id in self.joined:
            self.joined.discard(owner_id)
            try:
                await get_channel_layer().group_discard(owner_group(owner_id), self.channel)
            except Exception as error:  # the subscription ends with the connection anyway
                log.warning("could not leave the group of user %s: %s", owner_id, error)

    async def _join_groups(self) -> None:
        """Join the groups of whose jobs are watched. Until the layer can be reached, heartbeats stand in for it."""
        layer = get_channel_layer()
        async with self.subscribing:
            try:
                self.channel = self.channel or await layer.new_channel()
                for owner_id in set(self.sockets) - self.joined:
                    await layer.group_add(owner_group(owner_id), self.channel)
                    self.joined.add(owner_id)
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
                    message = await get_channel_layer().receive(self.channel)
                    self._flush_soon(UUID(message["id"]), message["owner"])
                    continue
            except Exception:
                log.exception("could not receive from the channel layer")
            await asyncio.sleep(RETRY_INTERVAL)

    def _flush_soon(self, job_id: UUID, owner_id: int) -> None:
        """Read the job soon: at once when it has been quiet, else when its interval is over."""
        if job_id in self.flushing:
            return
        now = time.monotonic()
        due = max(now, self.due.get(job_id, 0.0))
        self.due[job_id] = due + UPDATE_INTERVAL
        wait = due - now - JITTER
        self.flushing[job_id] = asyncio.create_task(self._flush(job_id, owner_id, max(0.0, wait)))

    async def _flush(self, job_id: UUID, owner_id: int, wait: float) -> None:
        await asyncio.sleep(wait)
        del self.flushing[job_id]  # a change from here on wants another read
        self._forget_quiet_jobs()
        try:
            pages, lists = self._waiting_sockets(job_id, owner_id)
            if pages:  # one read for all: sockets with versions of their own would be read for apart ever after
                since = min(socket.delivered.get(job_id, 0) for socket in pages)
                await self._send_update(job_id, pages, await read(read_update, job_id, since))
            if lists:
                await self._send_update(job_id, lists, await read(read_summary_update, job_id))
        except Exception:
            log.exception("could not read job %s", job_id)

    def _waiting_sockets(self, job_id: UUID, owner_id: int) -> tuple[list[Socket], list[Socket]]:
        """Return the sockets to which the job is to be sent: those that watch it, and those of lists."""
        pages, lists = list[Socket](), list[Socket]()
        for socket in self.sockets.get(owner_id, ()):
            if socket.job_id not in (None, job_id):
                continue
            if not socket.has_snapshot:
                socket.missed.add(job_id)
            else:
                (pages if socket.job_id else lists).append(socket)
        return pages, lists

    async def _send_update(self, job_id: UUID, sockets: list[Socket], update: tuple[int, str] | None) -> None:
        if update is None:
            await self._send(sockets, JobDeleted(id=job_id).model_dump_json())
            for socket in sockets:
                socket.delivered.pop(job_id, None)
            return
        version, text = update
        behind = [socket for socket in sockets if socket.delivered.get(job_id, 0) < version]
        for socket in behind:  # a ring during the last read has this one find nothing new
            socket.delivered[job_id] = version
        await self._send(behind, text)

    def _forget_quiet_jobs(self) -> None:
        now = time.monotonic()
        self.due = {job_id: due for job_id, due in self.due.items() if due > now}

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
                await self._end_signed_out()
                await self._send_heartbeats()
            except Exception:
                log.exception("could not send heartbeats")

    def count_sockets(self, user_id: int) -> int:
        """Return how many sockets a user has."""
        return sum(socket.credential.user_id == user_id for socket in self._all_sockets())

    def _all_sockets(self) -> list[Socket]:
        return [socket for sockets in self.sockets.values() for socket in sockets]

    async def _end_signed_out(self) -> None:
        sockets = self._all_sockets()
        valid = await read(still_valid, {socket.credential for socket in sockets})
        for socket in sockets:
            if socket.credential not in valid:
                with suppress(Exception):  # it is closing already
                    await socket.end(NOT_SIGNED_IN)

    async def _send_heartbeats(self) -> None:
        sockets = [socket for socket in self._all_sockets() if socket.has_snapshot]
        watched = {socket.job_id for socket in sockets if socket.job_id}
        owners = {socket.owner_id for socket in sockets if not socket.job_id}
        known = {job_id for socket in sockets for job_id in socket.delivered}
        live, existing = await read(_read_versions, watched, owners, known)
        for socket in sockets:
            of_owner = live.get(socket.owner_id, {})
            versions: dict[UUID, int | None] = {
                job_id: version for job_id, version in of_owner.items() if socket.job_id in (None, job_id)
            }
            versions |= dict.fromkeys(job_id for job_id in socket.delivered if job_id not in existing)
            if not socket.job_id:  # an ended job of a list changes no more, and need not be looked for again
                socket.delivered = {id_: version for id_, version in socket.delivered.items() if id_ in versions}
            await self._send([socket], Heartbeat(versions=versions).model_dump_json())


def _read_versions(
    watched: set[UUID], owners: set[int], known: set[UUID]
) -> tuple[dict[int, dict[UUID, int]], set[UUID]]:
    """Return the versions of unfinished and just-finished jobs by owner, and which of the known jobs exist."""
    unfinished = Q(status__in=UNENDED_JOB) | Q(finished_at__gt=timezone.now() - JUST_FINISHED)
    live: dict[int, dict[UUID, int]] = defaultdict(dict)
    jobs = Job.objects.filter(Q(pk__in=watched) | Q(owner__in=owners), unfinished)
    for job_id, owner_id, version in jobs.values_list("pk", "owner_id", "version"):
        live[owner_id][job_id] = version
    return live, set(Job.objects.filter(pk__in=known).values_list("pk", flat=True))


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def get_hub() -> Hub:
    """Return the hub of the running event loop: a web process has one."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
