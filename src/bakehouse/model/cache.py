"""Build caches as nouns: what a builder keeps, what lies in a directory or a registry, and what was dropped.

Sizes are bytes, points in time Unix seconds; None where the source does not say.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheRecord:
    """One record of a builder's own cache.

    `kind` is BuildKit's type (regular, source.local, source.git.checkout, exec.cachemount, frontend, internal).
    `used_by` are `service:stage` whose step made it, found by the step's text; empty where none matches.
    """

    id: str
    kind: str
    size: int
    description: str
    created: float | None = None
    last_used: float | None = None
    uses: int = 0
    in_use: bool = False
    shared: bool = False
    parents: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheSum:
    """Records or stores put together under one name. `unused` are bytes that nobody used for the asked days."""

    name: str
    count: int
    size: int
    unused: int = 0
    oldest: float | None = None
    last_used: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStore:
    """A cache outside a builder: a directory or a registry reference of one target.

    `problem` says why it cannot be used (damaged, unreachable); empty where nothing is wrong or it was not looked at.
    """

    target: str
    backend: str
    place: str
    size: int | None = None
    written: float | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeChoice:
    """Which mode a target's cache is exported with, and the measured reason."""

    target: str
    mode: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStatus:
    """All that is known of the caches of a workspace. `unused_days` is what `unused` in the sums refers to."""

    builder: str
    backend: str
    unused_days: float
    total: int
    reclaimable: int
    by_type: tuple[CacheSum, ...]
    by_target: tuple[CacheSum, ...]
    records: tuple[CacheRecord, ...] = ()
    stores: tuple[CacheStore, ...] = ()
    modes: tuple[ModeChoice, ...] = ()
    marked: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was dropped, or with `dry_run` would be. `kept` says of what was asked for but stays, and why."""

    dry_run: bool
    freed: int
    records: tuple[CacheRecord, ...] = ()
    stores: tuple[CacheStore, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryEntry:
    """A tag of ours in a registry. `kind` is cache or identity; `keep` says why it stays, "" where it goes."""

    reference: str
    digest: str
    kind: str
    size: int
    written: float | None
    keep: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryRetention:
    """What retention found in a registry and dropped there. `next_steps` free the disk, which deleting does not."""

    registry: str
    dry_run: bool
    dropped: tuple[RegistryEntry, ...] = ()
    kept: tuple[RegistryEntry, ...] = ()
    problems: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = field(default=())
