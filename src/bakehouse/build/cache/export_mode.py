"""Cache mode min or max, from what was measured. In: timings of recorded builds. Out: a decision with its numbers.

max also exports the layers of stages that do not end in the image. That costs time at every build that exports, and
spares those stages' steps where a build begins with that cache. Both are measured: export steps of runs that
exported with max, and executed steps of the stages that only max keeps. Until there are enough runs it is max.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

ENOUGH_RUNS = 3
DEFAULT = "max"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One recorded build of a target; seconds.

    `export` is the time of its cache export, `inner` that of the executed steps of stages not in the image.
    `hit` says whether the steps of those stages were all taken from a cache.
    """

    export: float
    inner: float
    hit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`mode` and why. Seconds: median `export` with max, `spared` a build by hits on what only max keeps.

    `spared` is the median of the executed times multiplied by the share of builds that hit. Both None: not known.
    """

    mode: str
    reason: str
    export: float | None = None
    spared: float | None = None
    runs: int = 0


def decide(timings: Sequence[Timing]) -> Decision:
    """Min where max's export cost more than it spared; max where it did not, or where too little is known."""
    exports = [t.export for t in timings if t.export > 0]
    executed = [t.inner for t in timings if t.inner > 0]
    if len(exports) < ENOUGH_RUNS:
        reason = f"{len(exports)} of {ENOUGH_RUNS} builds with an export are recorded"
        return Decision(mode=DEFAULT, reason=reason, runs=len(exports))
    cost = median(exports)
    if not executed:
        return Decision(
            mode="min", reason="no step outside the image was ever executed", export=cost, spared=0.0, runs=len(exports)
        )
    share = sum(t.hit for t in timings) / len(timings)
    spared = median(executed) * share
    mode = "max" if spared >= cost else "min"
    reason = f"export {cost:.1f} s, spared {spared:.1f} s a build ({share:.0%} of {len(timings)} builds hit)"
    return Decision(mode=mode, reason=reason, export=cost, spared=spared, runs=len(exports))
