"""Health: named checks, run together with a time limit.

Enters: asynchronous checks. Leaves: the answer of `GET /health`: 200 with status "ok", or 503 with "failing" or
"stopping", and the details of every check either way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

Check = Callable[[], Awaitable[dict[str, Any]]]


class CheckFailed(Exception):
    """Raised by a check; its text is shown in the details, so it must hold no secret."""


@dataclass
class Health:
    """The state of one service. `limit` is the time one check may take, in seconds."""

    service: str
    version: str
    limit: float = 2.0
    stopping: bool = False
    _checks: dict[str, Check] = field(default_factory=dict)

    def add(self, name: str, check: Check) -> None:
        """Register a check; it returns details or raises `CheckFailed`."""
        self._checks[name] = check

    async def report(self) -> tuple[int, dict[str, Any]]:
        """Run all checks at once; return the HTTP status and the body."""
        outcomes = await asyncio.gather(*(self._run(check) for check in self._checks.values()))
        details = dict(zip(self._checks, outcomes, strict=True))
        healthy = all(outcome["ok"] for outcome in outcomes)
        status = "stopping" if self.stopping else "ok" if healthy else "failing"
        body = {"status": status, "service": self.service, "version": self.version, "details": details}
        return (200 if status == "ok" else 503), body

    async def _run(self, check: Check) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self.limit):
                return {"ok": True, **await check()}
        except TimeoutError:
            return {"ok": False, "error": f"no answer within {self.limit:g} s"}
        except CheckFailed as failure:
            return {"ok": False, "error": str(failure)}
        except Exception as failure:  # a broken check must show up as failing health, not as a traceback
            return {"ok": False, "error": type(failure).__name__}
