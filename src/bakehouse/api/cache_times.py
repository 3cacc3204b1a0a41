"""What the history knows of cache exports, in the form in which plans take it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bakehouse.build.cache.export_mode import Timing
from bakehouse.build.cache.policy import Measured
from bakehouse.history.store import Store
from bakehouse.model.progress import StepKind

_INSTRUCTIONS = frozenset(kind.value for kind in StepKind if kind.is_instruction)


def measured_by(store: Store) -> Measured:
    """Recorded builds of a target since a moment, newest first: export time, and the stages outside the image."""

    def timings(target: str, in_image: frozenset[str], since: float) -> list[Timing]:
        rows = [row for row in store.step_times(target) if row[0] >= since]
        return [_timing(list(steps), in_image) for _, steps in groupby(rows, key=lambda row: row[0])]

    return timings


def _timing(steps: Sequence[tuple[float, str, str, str, float]], in_image: frozenset[str]) -> Timing:
    inner = [s for s in steps if s[2] in _INSTRUCTIONS and s[1] not in in_image]
    executed = [s[4] for s in inner if s[3] == "executed"]
    return Timing(
        export=sum(s[4] for s in steps if s[2] == StepKind.CACHE_EXPORT.value),
        inner=sum(executed),
        hit=not executed,
    )
