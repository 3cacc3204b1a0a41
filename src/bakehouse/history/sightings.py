"""What the stream said of every vertex, per target: the raw material of step records.

In: StepEvents in stream order. Out: `Sighting`s, and who executed which vertex.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bakehouse.model.progress import StepEvent, StepName

# What BuildKit says of a step that was only stopped because another one failed, or by the user.
_COLLATERAL = re.compile(r"context canceled|\bCANCELED\b|desc = Canceled")
# Two calls report one execution with the same length up to float rounding of nanoseconds.
_SAME_SECONDS = 1e-5
_NOTABLE_SECONDS = 1e-3

StepKey = tuple[str, str, str, int, int, str]


@dataclass(slots=True)
class Sighting:
    """One vertex as one target of one bake call reported it. `intervals` maps a start to its end."""

    batch: int
    vertex: str
    target: str
    name: StepName
    inputs: tuple[str, ...] = ()
    intervals: dict[float, float | None] = field(default_factory=dict)
    cached: bool = False
    error: str | None = None

    def see(self, event: StepEvent) -> None:
        """Take a further report; a vertex that restarts opens a further interval."""
        self.inputs = event.inputs or self.inputs
        self.cached = self.cached or event.cached
        self.error = event.error or self.error
        if event.started is not None and (event.completed is not None or event.started not in self.intervals):
            self.intervals[event.started] = event.completed

    @property
    def key(self) -> StepKey:
        """What survives a change of digests: target, platform, stage, index, total, instruction."""
        name = self.name
        return (
            self.target,
            name.platform or "",
            name.stage or "",
            name.index or 0,
            name.total or 0,
            name.instruction,
        )

    @property
    def canceled(self) -> bool:
        """Stopped for somebody else's failure."""
        return self.error is not None and bool(_COLLATERAL.search(self.error))

    @property
    def failed(self) -> bool:
        """Failed by itself."""
        return self.error is not None and not self.canceled

    @property
    def finished(self) -> bool:
        """At least one interval is over and none is open."""
        return bool(self.intervals) and None not in self.intervals.values()

    @property
    def ran(self) -> bool:
        """Executed to a good end, not taken from the cache."""
        return self.finished and not self.cached and self.error is None

    def span(self, until: float) -> tuple[float, float] | None:
        """First start and last end; an open interval ends at `until`."""
        if not self.intervals:
            return None
        ends = [until if end is None else end for end in self.intervals.values()]
        first = min(self.intervals)
        return first, max(first, *ends)

    def seconds(self, until: float) -> float:
        """Length of the union of its intervals."""
        return union_seconds((a, until if b is None else b) for a, b in self.intervals.items())


def union_seconds(intervals: Iterable[tuple[float, float]]) -> float:
    """Length of a union of intervals; one that ends before it starts counts as empty."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(intervals):
        begin = max(start, reached)
        if end > begin:
            total += end - begin
            reached = end
    return total


def owners(sightings: Sequence[Sighting]) -> dict[tuple[int, str], str]:
    """(batch, vertex) -> the target that executed it: the first to report it, in stream order.

    An execution seen by several calls (same digest, same length) belongs to the first call's owner.
    """
    result: dict[tuple[int, str], str] = {}
    executions: dict[str, list[tuple[float, str]]] = {}
    first: dict[tuple[int, str], Sighting] = {}
    for sighting in sightings:
        first.setdefault((sighting.batch, sighting.vertex), sighting)
    for sighting in sightings:
        place = (sighting.batch, sighting.vertex)
        if place in result or not sighting.ran:
            continue
        seconds = sighting.seconds(0.0)
        known = executions.setdefault(sighting.vertex, [])
        twin = next((o for s, o in known if seconds > _NOTABLE_SECONDS and abs(s - seconds) < _SAME_SECONDS), None)
        result[place] = twin or first[place].target
        known.append((seconds, result[place]))
    return result
