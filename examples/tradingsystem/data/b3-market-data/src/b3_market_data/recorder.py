"""Carries quotes from the feed into the sinks, each sink at its own pace.

Enters: batches of quotes. Leaves: batches written. A sink that fails keeps a backlog of bounded length (the oldest
batch is dropped first) and is tried again with the next tick; the other sinks do not wait for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from typing import Any

import asyncpg
from tradingsystem_common.health import CheckFailed

from b3_market_data.quote import Quote
from b3_market_data.sinks import Sink

log = logging.getLogger(__name__)

BACKLOG = 300  # batches: five minutes at one tick a second


class Recorder:
    """One sink with its backlog."""

    def __init__(self, sink: Sink, backlog: int = BACKLOG) -> None:
        self._sink = sink
        self._waiting: deque[Sequence[Quote]] = deque(maxlen=backlog)
        self._busy = asyncio.Lock()
        self._failing = False
        self.written = 0
        self.dropped = 0

    @property
    def name(self) -> str:
        """The sink's name."""
        return self._sink.name

    async def record(self, quotes: Sequence[Quote]) -> None:
        """Queue the batch and write what is queued; failures are logged when they begin and when they end."""
        if len(self._waiting) == self._waiting.maxlen:
            self.dropped += len(self._waiting[0])
        self._waiting.append(quotes)
        if self._busy.locked():
            return  # the writer that is under way takes this batch along
        async with self._busy:
            await self._drain()

    async def check(self) -> dict[str, Any]:
        """Health: the sink answers; with what was written, what waits and what was lost."""
        details = await self._sink.check()
        if self._failing:
            raise CheckFailed("the last write failed")
        return {**details, "written": self.written, "waiting": len(self._waiting), "dropped": self.dropped}

    async def close(self) -> None:
        """Close the sink."""
        await self._sink.close()

    async def _drain(self) -> None:
        while self._waiting:
            batch = self._waiting[0]
            try:
                await self._sink.write(batch)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as failure:
                self._tell(failing=True, reason=type(failure).__name__)
                return
            # While it was written a full queue may have pushed it out already.
            if self._waiting and self._waiting[0] is batch:
                self._waiting.popleft()
            self.written += len(batch)
            self._tell(failing=False)

    def _tell(self, *, failing: bool, reason: str = "") -> None:
        if failing and not self._failing:
            log.warning("sink fails", extra={"sink": self.name, "reason": reason})
        if self._failing and not failing:
            log.info("sink works again", extra={"sink": self.name})
        self._failing = failing
