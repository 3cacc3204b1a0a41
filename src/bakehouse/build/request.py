"""What a user asks a plan for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """`services` empty means all; `variant` and `platforms` empty mean what the configuration says."""

    services: tuple[str, ...] = ()
    variant: str | None = None
    platforms: tuple[str, ...] = ()
    substitute: bool = True
    builder: str | None = None
    push: bool = False
