"""Many messages to a receiver that never answers, on the real stack: what is to be read meanwhile is read as ever."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.waiting import wait_until
from tests.journeys.upstream import REACHABLE
from tests.journeys.watching import WITHIN, read, submit
from tests.pipelines.notify.receiver import Receiver, running_receiver
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.integration

MANY = 600  # three batches, of ten seconds each
MAKE_DUE = (
    "from pipelines.notify.models import Delivery, Subscription; "
    "s = Subscription.objects.get(); "
    f"Delivery.objects.bulk_create(Delivery(subscription=s, body='{{}}') for _ in range({MANY})); "
    "from pipelines.notify.tasks import send_due; send_due.delay()"
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture
def telling_stack(
    redis_server: str, postgres_server: str, session_stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """The stack once more, on the first one's servers, which may tell this machine."""
    for name in list(session_stack.processes):
        session_stack.stop(name)
    folder = tmp_path_factory.mktemp("telling")
    with running_stack(redis=redis_server, database=postgres_server, folder=folder, variables=REACHABLE) as stack:
        yield stack


def test_slow_receiver_does_not_delay_what_is_to_be_read(
    telling_stack: Stack, receiver: Receiver, sample: Path
) -> None:
    with telling_stack.client() as client:
        body = {"kind": "notify", "options": {"webhook": receiver.url}}
        started = client.post("/api/jobs/", json=body).raise_for_status().json()["id"]
    wait_until(lambda: read(telling_stack, started)["status"] == "completed", what="the subscription", seconds=WITHIN)
    receiver.delay = 60
    telling_stack.manage("shell", "-v", "0", "-c", MAKE_DUE)
    wait_until(lambda: receiver.at_once > 100, what="many messages under way", seconds=WITHIN)
    job = submit(telling_stack, sample, options='{"seconds": 0}')
    wait_until(lambda: read(telling_stack, job["id"])["status"] == "completed", what="the job", seconds=WITHIN)
    assert len(receiver.got) < MANY
    receiver.delay = 0
    mine = job["id"].encode()
    told = "the end of the job to be told"
    wait_until(lambda: any(mine in body for _, body in receiver.got), what=told, seconds=WITHIN)
