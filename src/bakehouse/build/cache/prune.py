"""What to drop of a builder's cache, and dropping it. In: records and a wish. Out: what went, and what stays and why.

BuildKit itself never drops a record that a running build or another record needs; such ones are named beforehand, so
that a dry run says the same as the real one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bakehouse.errors import ToolError
from bakehouse.model.cache import CacheRecord
from bakehouse.tools import buildx
from bakehouse.tools.run import run

_TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What shall go. With several conditions only what meets all of them; `max_bytes` is what may remain.

    `unused_for` is in seconds. `service` and `stage` as `used_by` of the records names them.
    """

    unused_for: float | None = None
    max_bytes: int | None = None
    service: str | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Records that go, children before their parents, and lines about those that stay though they were meant."""

    records: tuple[CacheRecord, ...]
    kept: tuple[str, ...]


def choose(records: Sequence[CacheRecord], wish: Wish, now: float) -> Choice:
    """Which records go. `now` in Unix seconds."""
    kept: list[str] = []
    found = [r for r in records if _meant(r, wish, now)]
    if wish.max_bytes is not None:
        found = _over(records, found, wish.max_bytes)
    busy = [r for r in found if r.in_use]
    if busy:
        kept.append(f"{len(busy)} records are in use ({_mb(busy)}): a build runs, or others are built on them")
    found = [r for r in found if not r.in_use]
    if wish.service is not None:
        alone = [r for r in found if _only_of(r, wish)]
        shared = [r for r in found if r not in alone]
        if shared:
            others = sorted({u.partition(":")[0] for r in shared for u in r.used_by} - {wish.service})
            whose = f"with {', '.join(others)}" if others else "with another stage"
            kept.append(f"{len(shared)} records are shared {whose} ({_mb(shared)})")
        found = alone
    free, needed = _without_needed(found, records)
    if needed:
        kept.append(f"{len(needed)} records carry others that stay ({_mb(needed)})")
    return Choice(records=tuple(free), kept=tuple(kept))


def drop(builder: str | None, choice: Choice, wish: Wish) -> None:
    """Drop what was chosen. Raises ToolError where the builder refuses.

    Age and size alone are BuildKit's own conditions and go in one call; else each record is named.
    """
    if not choice.records:
        return
    if wish.service is None and (wish.unused_for is None or wish.max_bytes is None):
        until = None if wish.unused_for is None else f"{int(wish.unused_for)}s"
        argv = buildx.prune(builder=builder, everything=True, until=until, keep_bytes=wish.max_bytes)
        run(argv, timeout=_TIMEOUT_SECONDS)
        return
    failed: ToolError | None = None
    for record in choice.records:
        try:
            run(buildx.prune(builder=builder, everything=True, record=record.id), timeout=_TIMEOUT_SECONDS)
        except ToolError as error:
            failed = error
    if failed is not None:
        raise failed


def _meant(record: CacheRecord, wish: Wish, now: float) -> bool:
    if wish.unused_for is not None:
        last = record.last_used or record.created
        if last is None or now - last < wish.unused_for:
            return False
    if wish.service is not None:
        return any(_matches(place, wish) for place in record.used_by)
    return True


def _matches(place: str, wish: Wish) -> bool:
    service, _, stage = place.partition(":")
    return service == wish.service and (wish.stage is None or stage == wish.stage.lower())


def _only_of(record: CacheRecord, wish: Wish) -> bool:
    return all(_matches(place, wish) for place in record.used_by)


def _over(records: Sequence[CacheRecord], meant: Sequence[CacheRecord], max_bytes: int) -> list[CacheRecord]:
    """Of what is meant, the least recently used, until all that remains fits."""
    total = sum(r.size for r in records)
    found = []
    for record in sorted(meant, key=lambda r: (r.last_used or r.created or 0.0, r.id)):
        if total <= max_bytes:
            break
        found.append(record)
        total -= record.size
    return found


def _without_needed(
    chosen: Sequence[CacheRecord], records: Sequence[CacheRecord]
) -> tuple[list[CacheRecord], list[CacheRecord]]:
    """The chosen without those that a record which stays is built on; children first."""
    going = {r.id for r in chosen}
    children: dict[str, list[str]] = {}
    for record in records:
        for parent in record.parents:
            children.setdefault(parent, []).append(record.id)
    changed = True
    while changed:
        stuck = {i for i in going if any(child not in going for child in children.get(i, ()))}
        changed = bool(stuck)
        going -= stuck
    depth: dict[str, int] = {}

    def height(record_id: str) -> int:
        if record_id not in depth:
            depth[record_id] = 1 + max((height(c) for c in children.get(record_id, ()) if c in going), default=0)
        return depth[record_id]

    free = sorted((r for r in chosen if r.id in going), key=lambda r: (height(r.id), r.id))
    return free, [r for r in chosen if r.id not in going]


def _mb(records: Sequence[CacheRecord]) -> str:
    return f"{sum(r.size for r in records) / 1_000_000:.1f} MB"
