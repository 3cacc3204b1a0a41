"""Graceful shutdown: background work that ends in order when the service is told to stop.

Enters: coroutines to run beside the requests. Leaves: nothing still running; a task that outlives its time is
cancelled and named in the log.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

log = logging.getLogger(__name__)


@dataclass
class Background:
    """Runs tasks until `stop`; tasks look at `stopping` to end by themselves. `grace` is in seconds."""

    grace: float = 5.0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    def start(self, name: str, work: Coroutine[Any, Any, Any]) -> None:
        """Start one piece of work."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._report)
        self._tasks.append(task)

    async def pause(self, seconds: float) -> bool:
        """Sleep, but wake at once when stopping; true as long as the work should go on."""
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            pass
        return not self.stopping.is_set()

    async def stop(self) -> None:
        """Ask all tasks to end, wait for the grace time, cancel what is left."""
        self.stopping.set()
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=self.grace)
        for task in late:
            log.warning("did not stop in time", extra={"task": task.get_name(), "grace_seconds": self.grace})
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    @staticmethod
    def _report(task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (failure := task.exception()):
            log.error("background task ended by an error", exc_info=failure, extra={"task": task.get_name()})
