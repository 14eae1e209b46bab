"""The WebSockets on a real event loop and channel layer (in memory): protocol, owners, coalescing, healing."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.test import Client
from pytest_django import Settings
from rest_framework.authtoken.models import Token

from apps.accounts.models import User
from apps.jobs.engine import changes
from apps.jobs.live import consumers, doorbell, hub, reading
from apps.jobs.models import Job, Step
from apps.jobs.services import delete_job
from config.asgi import application
from tests.jobs.conftest import Broker

pytestmark = pytest.mark.django_db(transaction=True)

Open = Callable[..., Awaitable[WebsocketCommunicator]]


@pytest.fixture(autouse=True)
async def rings_in_this_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ring in the test's event loop: the channel layer in memory can't reach from one loop into another."""
    rings: list[asyncio.Task[None]] = []
    main = asyncio.get_running_loop()

    def send(group: str, message: dict[str, object]) -> None:
        ring = get_channel_layer().group_send(group, message)
        main.call_soon_threadsafe(lambda: rings.append(main.create_task(ring)))

    monkeypatch.setattr(doorbell, "send", send)


@pytest.fixture
async def connect() -> AsyncIterator[Open]:
    opened: list[WebsocketCommunicator] = []

    async def connect(path: str, user: User | None, **headers: str) -> WebsocketCommunicator:
        if user:
            token, _ = await Token.objects.aget_or_create(user=user)
            headers["authorization"] = f"Token {token.key}"
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        communicator = WebsocketCommunicator(application, path, headers=raw)
        opened.append(communicator)
        return communicator

    yield connect
    for communicator in opened:
        with suppress(asyncio.CancelledError):  # it ended when a test waited in vain; the next test must not suffer
            await communicator.disconnect()
    for task in hub.get_hub().running:
        task.cancel()


async def next_of(socket: WebsocketCommunicator, kind: str) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = json.loads(await socket.receive_from(timeout=5))
        if message["type"] == kind:
            return message


def change(job: Job, **columns: Any) -> None:
    with changes.changing(job.pk) as held:
        changes.save_change(held, **columns)


async def test_job_socket_begins_with_a_snapshot_and_follows_each_change(connect: Open, owner: User, job: Job) -> None:
    socket = await connect(f"/ws/jobs/{job.pk}/", owner)
    await socket.connect()
    snapshot = await next_of(socket, "job.snapshot")
    await database_sync_to_async(change)(job, message="Half of it")
    update = await next_of(socket, "job.updated")
    assert snapshot["job"]["steps"][0]["label"] == "split"
    assert update["job"]["message"] == "Half of it"
    assert update["job"]["version"] > snapshot["job"]["version"]


async def test_list_socket_gets_jobs_without_steps(connect: Open, owner: User, job: Job) -> None:
    socket = await connect("/ws/jobs/", owner)
    await socket.connect()
    snapshot = await next_of(socket, "jobs.snapshot")
    await database_sync_to_async(change)(job, message="Half of it")
    update = await next_of(socket, "job.updated")
    assert [entry["id"] for entry in snapshot["jobs"]] == [str(job.pk)]
    assert "steps" not in snapshot["jobs"][0]
    assert "steps" not in update["job"]


async def test_burst_of_changes_is_coalesced_and_its_last_state_arrives(connect: Open, owner: User, job: Job) -> None:
    socket = await connect(f"/ws/jobs/{job.pk}/", owner)
    await socket.connect()
    await next_of(socket, "job.snapshot")
    for number in range(40):
        await database_sync_to_async(change)(job, message=f"change {number}")
    received = 0
    while True:
        received += 1
        update = await next_of(socket, "job.updated")
        if update["job"]["message"] == "change 39":
            break
    assert received < 20


async def test_socket_of_one_job_hears_nothing_of_the_users_other_one(connect: Open, owner: User, job: Job) -> None:
    other = await Job.objects.acreate(owner=owner, kind="probe", stage="split")
    socket = await connect(f"/ws/jobs/{job.pk}/", owner)
    await socket.connect()
    await next_of(socket, "job.snapshot")
    await database_sync_to_async(change)(other, message="Of the other one")
    assert await socket.receive_nothing(timeout=2 * hub.UPDATE_INTERVAL)


async def test_change_that_was_delivered_is_not_delivered_again(connect: Open, owner: User, job: Job) -> None:
    socket = await connect(f"/ws/jobs/{job.pk}/", owner)
    await socket.connect()
    await next_of(socket, "job.snapshot")
    await database_sync_to_async(change)(job, message="Half of it")
    await next_of(socket, "job.updated")
    await database_sync_to_async(doorbell.ring)(job.pk, owner.pk)  # a doorbell whose change was read already
    assert await socket.receive_nothing(timeout=2 * hub.UPDATE_INTERVAL)


async def test_sockets_that_have_different_versions_are_served_by_one_reading(
    connect: Open, owner: User, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings: list[int] = []

    def counted(job_id: UUID, since: int) -> tuple[int, str] | None:
        readings.append(since)
        return reading.read_update(job_id, since)

    monkeypatch.setattr(hub, "read_update", counted)
    sockets = [await connect(f"/ws/jobs/{job.pk}/", owner) for _ in range(3)]
    for socket in sockets:
        await socket.connect()
        await next_of(socket, "job.snapshot")
    for behind, watching in enumerate(hub.get_hub().sockets[owner.pk]):
        watching.delivered[job.pk] -= behind
    had = job.version
    await database_sync_to_async(change)(job, message="Half of it")
    messages = [(await next_of(socket, "job.updated"))["job"]["message"] for socket in sockets]
    assert messages == ["Half of it"] * 3
    assert readings == [had - 2]


async def test_crowd_that_opens_the_same_page_is_served_by_few_readings(
    connect: Open, owner: User, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings: list[UUID] = []
    all_here = Event()

    def counted(job_id: UUID) -> tuple[int, str] | None:
        readings.append(job_id)
        all_here.wait(timeout=10)
        return reading.read_snapshot(job_id)

    monkeypatch.setattr(consumers, "read_snapshot", counted)
    sockets = [await connect(f"/ws/jobs/{job.pk}/", owner) for _ in range(20)]
    for socket in sockets:
        await socket.connect()
    async with asyncio.timeout(10):
        while len(hub.get_hub().sockets[owner.pk]) < len(sockets):
            await asyncio.sleep(0.01)
    all_here.set()
    for socket in sockets:
        await next_of(socket, "job.snapshot")
    assert len(readings) <= 5  # one in each thread, and one for all who came meanwhile


async def test_lost_message_heals_by_heartbeat_and_resync(
    connect: Open, owner: User, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT_INTERVAL", 0.1)
    socket = await connect(f"/ws/jobs/{job.pk}/", owner)
    await socket.connect()
    await Job.objects.filter(pk=job.pk).aupdate(version=99)  # changed, and nobody rang
    versions: dict[str, int] = {}
    while versions.get(str(job.pk)) != 99:
        versions = (await next_of(socket, "heartbeat"))["versions"]
    await socket.send_to('{"type": "resync"}')
    assert (await next_of(socket, "job.snapshot"))["job"]["version"] == 99


async def test_heartbeats_stand_in_for_a_channel_layer_that_is_away(
    connect: Open, owner: User, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: Any) -> None:
        raise ConnectionError("Connection refused")

    monkeypatch.setattr(get_channel_layer(), "group_add", refuse)
    monkeypatch.setattr(hub, "RETRY_INTERVAL", 0.1)
    socket = await connect(f"/ws/jobs/{job.pk}/", owner)
    await socket.connect()
    await next_of(socket, "job.snapshot")
    await next_of(socket, "heartbeat")  # not only after HEARTBEAT_INTERVAL
    await Job.objects.filter(pk=job.pk).aupdate(version=99)
    while (await next_of(socket, "heartbeat"))["versions"] != {str(job.pk): 99}:
        pass


async def test_update_holds_what_changed_since_the_version_that_the_socket_has(
    connect: Open, owner: User, job: Job, broker: Broker
) -> None:
    await database_sync_to_async(broker.deliver)()
    socket = await connect(f"/ws/jobs/{job.pk}/", owner)
    await socket.connect()
    snapshot = (await next_of(socket, "job.snapshot"))["job"]
    last = snapshot["steps"][-1]["id"]

    def change_one() -> None:
        with changes.changing(job.pk) as held:
            Step.objects.filter(pk=last).update(label="other", version=changes.save_change(held))

    await database_sync_to_async(change_one)()
    update = await next_of(socket, "job.updated")
    assert update["since"] == snapshot["version"]
    assert [(step["id"], step["label"]) for step in update["job"]["steps"]] == [(last, "other")]
    assert update["job"]["artifacts"] == []


async def test_change_of_many_steps_is_sent_as_a_snapshot(
    connect: Open, owner: User, job: Job, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_PARTS", 1)
    await database_sync_to_async(broker.deliver)()
    socket = await connect(f"/ws/jobs/{job.pk}/", owner)
    await socket.connect()
    await next_of(socket, "job.snapshot")

    def change_all() -> None:
        with changes.changing(job.pk) as held:
            Step.objects.filter(job=held).update(version=changes.save_change(held))

    await database_sync_to_async(change_all)()
    assert len((await next_of(socket, "job.snapshot"))["job"]["steps"]) == 1


async def test_snapshots_that_are_asked_for_come_once_a_second(
    connect: Open, owner: User, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "RESYNC_INTERVAL", 0.5)
    socket = await connect(f"/ws/jobs/{job.pk}/", owner)
    await socket.connect()
    await next_of(socket, "job.snapshot")
    asked_at = asyncio.get_running_loop().time()
    for _ in range(20):
        await socket.send_to('{"type": "resync"}')
    await next_of(socket, "job.snapshot")
    assert asyncio.get_running_loop().time() - asked_at > 0.3
    assert await socket.receive_nothing(timeout=1)


@pytest.mark.parametrize("reason", ["token deleted", "user deactivated", "new password", "other rights"])
async def test_socket_of_somebody_who_is_no_longer_signed_in_is_closed_within_a_heartbeat(
    connect: Open, owner: User, job: Job, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT_INTERVAL", 0.1)
    socket = await connect(f"/ws/jobs/{job.pk}/", owner)
    await socket.connect()
    await next_of(socket, "job.snapshot")
    if reason == "token deleted":
        await Token.objects.all().adelete()
    else:
        columns = {"user deactivated": "is_active", "new password": "password", "other rights": "is_staff"}
        await User.objects.aupdate(**{columns[reason]: reason == "other rights"})
    while (output := await socket.receive_output(timeout=5))["type"] != "websocket.close":
        pass
    assert output["code"] == 4401


async def test_browser_that_signs_out_loses_its_socket(
    connect: Open, owner: User, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT_INTERVAL", 0.1)
    browser = Client()
    await database_sync_to_async(browser.force_login)(owner)
    cookie = f"sessionid={browser.cookies['sessionid'].value}"
    socket = await connect("/ws/jobs/", None, origin="http://localhost", host="localhost", cookie=cookie)
    await socket.connect()
    await next_of(socket, "jobs.snapshot")
    await next_of(socket, "heartbeat")
    await database_sync_to_async(browser.delete)("/api/session/")
    while (output := await socket.receive_output(timeout=5))["type"] != "websocket.close":
        pass
    assert output["code"] == 4401


async def test_user_has_so_many_sockets_and_no_more(
    connect: Open, owner: User, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "MAX_SOCKETS", 2)
    first, second, third = [await connect("/ws/jobs/", owner) for _ in range(3)]
    for socket in (first, second):
        await socket.connect()
        await next_of(socket, "jobs.snapshot")
    assert await closing_code(third) == 4429
    await first.disconnect()
    another = await connect("/ws/jobs/", owner)
    await another.connect()
    assert await next_of(another, "jobs.snapshot")


async def test_heartbeat_says_that_a_job_is_gone(
    connect: Open, owner: User, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT_INTERVAL", 0.1)
    mine, whole = await connect("/ws/jobs/", owner), await connect(f"/ws/jobs/{job.pk}/", owner)
    for socket, kind in ((mine, "jobs.snapshot"), (whole, "job.snapshot")):
        await socket.connect()
        await next_of(socket, kind)
    job_id = str(job.pk)
    await Job.objects.all().adelete()  # and nobody rang
    for socket in (mine, whole):
        while (await next_of(socket, "heartbeat"))["versions"] != {job_id: None}:
            pass


async def test_deleted_job_is_told_to_its_owner_alone(connect: Open, owner: User, job: Job) -> None:
    eve = await User.objects.acreate_user("eve")
    mine, hers = await connect("/ws/jobs/", owner), await connect("/ws/jobs/", eve)
    await mine.connect()
    await hers.connect()
    for socket in (mine, hers):
        await next_of(socket, "jobs.snapshot")
    job_id = str(job.pk)
    await database_sync_to_async(delete_job)(job.pk)
    assert (await next_of(mine, "job.deleted"))["id"] == job_id
    assert await hers.receive_nothing(timeout=0.5)


@pytest.mark.parametrize("text", ["{", '{"type": "dance"}', "[]", '"resync"'])
async def test_message_that_is_not_known_is_answered_and_the_connection_kept(
    connect: Open, owner: User, job: Job, text: str
) -> None:
    socket = await connect(f"/ws/jobs/{job.pk}/", owner)
    await socket.connect()
    await socket.send_to(text)
    assert (await next_of(socket, "error"))["code"] == "INVALID_INPUT"
    await socket.send_to('{"type": "resync"}')
    assert await next_of(socket, "job.snapshot")


async def closing_code(socket: WebsocketCommunicator) -> int:
    accepted, _ = await socket.connect()
    assert accepted
    return int((await socket.receive_output(timeout=5))["code"])


async def test_socket_without_token_or_session_is_closed(connect: Open, job: Job) -> None:
    socket = await connect("/ws/jobs/", None, origin="http://localhost", host="localhost")
    assert await closing_code(socket) == 4401


async def test_socket_with_a_wrong_token_is_closed(connect: Open, job: Job) -> None:
    assert await closing_code(await connect("/ws/jobs/", None, authorization="Token nonsense")) == 4401


async def test_job_of_another_user_is_closed_as_not_yours(connect: Open, job: Job) -> None:
    eve = await User.objects.acreate_user("eve")
    assert await closing_code(await connect(f"/ws/jobs/{job.pk}/", eve)) == 4403


async def test_shared_job_of_another_user_is_watched(connect: Open, job: Job, settings: Settings) -> None:
    settings.JOBS_SHARED = True
    socket = await connect(f"/ws/jobs/{job.pk}/", await User.objects.acreate_user("eve"))
    await socket.connect()
    assert (await next_of(socket, "job.snapshot"))["job"]["owner"] == "ada"
    await socket.disconnect()


async def test_operator_watches_the_job_of_another_user(connect: Open, job: Job) -> None:
    operator = await User.objects.acreate_user("op", is_staff=True)
    socket = await connect(f"/ws/jobs/{job.pk}/", operator)
    await socket.connect()
    assert (await next_of(socket, "job.snapshot"))["job"]["owner"] == "ada"
    await database_sync_to_async(change)(job, message="Halfway")
    assert (await next_of(socket, "job.updated"))["job"]["message"] == "Halfway"


async def test_socket_at_an_address_that_does_not_exist_is_closed_as_such(connect: Open, owner: User) -> None:
    assert await closing_code(await connect("/ws/nothing/", owner)) == 4404


async def test_socket_of_a_deleted_job_is_answered_and_leaves_the_hub(connect: Open, owner: User, job: Job) -> None:
    socket = await connect(f"/ws/jobs/{job.pk}/", owner)
    await socket.connect()
    await next_of(socket, "job.snapshot")
    await database_sync_to_async(delete_job)(job.pk)
    await socket.send_to('{"type": "resync"}')
    await next_of(socket, "job.deleted")
    await socket.disconnect()
    assert dict(hub.get_hub().sockets) == {}


async def test_job_that_does_not_exist_is_closed_as_such(connect: Open, owner: User) -> None:
    assert await closing_code(await connect("/ws/jobs/00000000-0000-0000-0000-000000000000/", owner)) == 4404


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {}], ids=["foreign", "missing"])
async def test_browser_of_a_wrong_origin_is_refused_at_the_handshake(
    connect: Open, db: None, headers: dict[str, str]
) -> None:
    socket = await connect("/ws/jobs/", None, **headers)
    accepted, _ = await socket.connect()
    assert not accepted


async def test_token_from_a_foreign_origin_is_refused_at_the_handshake(connect: Open, owner: User) -> None:
    socket = await connect("/ws/jobs/", owner, origin="https://evil.example")
    accepted, _ = await socket.connect()
    assert not accepted


async def test_hub_forgets_what_nobody_watches(connect: Open, owner: User, job: Job) -> None:
    socket = await connect(f"/ws/jobs/{job.pk}/", owner)
    await socket.connect()
    await next_of(socket, "job.snapshot")
    assert hub.get_hub().joined == {owner.pk}
    await socket.disconnect()
    assert (hub.get_hub().joined, dict(hub.get_hub().sockets)) == (set(), {})
