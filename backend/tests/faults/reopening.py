"""A client that watches one job as a browser does: it opens its socket again whenever that is cut."""

import asyncio
import json
from contextlib import suppress
from random import uniform

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from tests.journeys.watching import FINAL, Json, merged, socket
from tests.site import Site

RESYNC = json.dumps({"type": "resync"})


class ReopeningSocket:
    """`state` is what a page would show."""

    def __init__(self, site: Site, job_id: str) -> None:
        self.site, self.job_id = site, job_id
        self.state: Json = {"version": 0, "status": ""}
        self.opened = 0

    async def watch(self) -> None:
        """Follow the job until it has ended, however often the socket is cut."""
        while True:
            with suppress(OSError, WebSocketException):  # a TimeoutError is an OSError
                async with socket(self.site, f"/ws/jobs/{self.job_id}/") as connection:
                    self.opened += 1
                    await self._follow(connection)
            if self.state["status"] in FINAL:
                return
            await asyncio.sleep(uniform(0.2, 1))

    async def _follow(self, connection: ClientConnection) -> None:
        async for message in connection:
            event = json.loads(message)
            if event["type"] == "heartbeat" and (event["versions"].get(self.job_id) or 0) > self.state["version"]:
                await connection.send(RESYNC)
            elif event["type"] in ("job.snapshot", "job.updated"):
                self.state = merged(self.state, event)
                if self.state["status"] in FINAL:
                    return
