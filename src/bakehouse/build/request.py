"""What a user asks a plan for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """`services` empty means all; `variant` and `platforms` empty mean what the configuration says.

    `reuse` False builds everything; `rebuild` names services that are built whatever exists; `max_age` is in seconds
    (0: any age, None: as configured); `offline` asks no registry for base images and takes the last known answers.
    """

    services: tuple[str, ...] = ()
    variant: str | None = None
    platforms: tuple[str, ...] = ()
    substitute: bool = True
    builder: str | None = None
    push: bool = False
    reuse: bool = True
    rebuild: tuple[str, ...] = ()
    max_age: float | None = None
    offline: bool = False
