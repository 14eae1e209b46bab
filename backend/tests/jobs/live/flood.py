"""An ASGI application for Daphne: a socket of the hub's kind that delivers without end, and notes how much it sent."""

import asyncio
import os
from pathlib import Path

import django

django.setup()

from apps.jobs.live.backpressure import with_backpressure  # noqa: E402
from apps.jobs.live.consumers import WatchingConsumer  # noqa: E402

NOTES = Path(os.environ.get("FLOOD_NOTES", os.devnull))
TEXT = "x" * 50_000
MESSAGES = 400  # 20 MB


class Flood(WatchingConsumer):
    async def connect(self) -> None:
        await self.accept()
        self.flooding = asyncio.create_task(self.flood())

    async def flood(self) -> None:
        self.sent = 0
        for _ in range(MESSAGES):
            await self.deliver(TEXT)
            self.sent += len(TEXT)
            await asyncio.sleep(0.005)
        NOTES.write_text("never closed")

    async def end(self, code: int) -> None:
        NOTES.write_text(f"{code} {self.sent}")
        self.flooding.cancel()
        await self.close(code)


application = with_backpressure(Flood.as_asgi())
