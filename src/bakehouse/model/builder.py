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
