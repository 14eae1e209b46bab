"""Under a real Daphne, a client that doesn't read is closed before what it leaves unread costs a megabyte."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import websockets
from websockets.sync.client import connect

from native.ports import free_port
from testing.waiting import wait_until
from tests.jobs.live.flood import MESSAGES, TEXT

pytestmark = pytest.mark.integration

BACKEND = Path(__file__).resolve().parents[3]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


@pytest.fixture
def port(notes: Path) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "daphne", "-p", str(port), "-b", "127.0.0.1", "tests.jobs.live.flood:application"]
    environment = os.environ | {"FLOOD_NOTES": str(notes), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    process = subprocess.Popen(command, cwd=BACKEND, env=environment)
    try:
        wait_until(lambda: answers(port), what="Daphne")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_client_that_does_not_read_is_closed_before_it_costs_a_megabyte(port: int, notes: Path) -> None:
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 20_000)
    raw.connect(("127.0.0.1", port))
    key = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    raw.sendall(f"{key}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    wait_until(notes.exists, what="the server to notice")
    code, sent = notes.read_text().split()
    kernel = 4_000_000  # bytes, at most, that the two ends of a loopback connection hold for the client
    assert code == "4408"
    assert int(sent) < 1_000_000 + kernel
    raw.close()


def test_client_that_reads_gets_everything(port: int, notes: Path) -> None:
    received = 0
    with connect(f"ws://127.0.0.1:{port}/", max_size=None) as client:
        try:
            while received < MESSAGES * len(TEXT):
                received += len(client.recv(timeout=20))
        except websockets.ConnectionClosed:
            pass
    assert received == MESSAGES * len(TEXT)
