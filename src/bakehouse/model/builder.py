"""Builders as buildx lists them: driver, nodes, and the collection policy each runs with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GcRule:
    """One entry of a builder's collection policy, normalised: seconds and bytes, 0 where it has no such limit.

    `all` includes internal records; `filters` restrict the rule to some kinds of records.
    """

    all: bool
    max_age: float
    max_bytes: int
    filters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderNode:
    """A daemon behind a builder. `buildkit` is its version as it tells it, empty where it tells none."""

    name: str
    endpoint: str
    status: str
    buildkit: str = ""
    platforms: tuple[str, ...] = ()
    gc: tuple[GcRule, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """A builder of buildx; `current` is the one that plain `docker buildx build` takes."""

    name: str
    driver: str
    current: bool
    nodes: tuple[BuilderNode, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeUse:
    """What one builder does, or did, in a run: calls at once it takes, targets at work, seconds of all its calls.

    `utilisation` is the share of its capacity that was taken over the run; `lost` says why it is out, "" if it is not.
    """

    name: str
    capacity: int
    running: tuple[str, ...] = ()
    calls: int = 0
    busy: float = 0.0
    utilisation: float = 0.0
    lost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolUse:
    """The builders of a run, as its process `pid` wrote it at `updated` (Unix seconds). `queued` are waiting calls."""

    pid: int
    started: float
    updated: float
    queued: int
    nodes: tuple[NodeUse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderHealth:
    """A builder asked now. `trouble` is "" where it answers, `seconds` what the answer took.

    `native` and `emulated` are platforms; `use` is its part in the run at work, or else in the last one.
    """

    name: str
    driver: str
    endpoints: tuple[str, ...]
    trouble: str
    seconds: float
    native: tuple[str, ...]
    emulated: tuple[str, ...]
    capacity: int
    cache_bytes: int | None = None
    use: NodeUse | None = None
