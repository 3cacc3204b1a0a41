"""Everything that is shown about one run besides its record.

In: a BuildRecord, and the last full build of the same targets to compare with. Out: an Analysis.
"""

from __future__ import annotations

from bakehouse.insight.cache_outcome import cache_outcome
from bakehouse.insight.critical_path import SHORTEST_SECONDS, critical_path
from bakehouse.model.analysis import Analysis
from bakehouse.model.record import BuildRecord, Outcome, RunStatus, StepRecord

SLOWEST = 15
_WORKED = (Outcome.EXECUTED, Outcome.FAILED, Outcome.CANCELED)


def analyse(record: BuildRecord, baseline: BuildRecord | None) -> Analysis:
    """Analyse a run; time saved is told only of a good run and against another one."""
    saved = None
    if baseline is not None and baseline.run_id != record.run_id and record.status is RunStatus.OK:
        saved = baseline.seconds - record.seconds
    busy = sum(s.seconds for s in record.steps if s.outcome in _WORKED)
    return Analysis(
        critical_path=critical_path(record),
        cache=cache_outcome(record.steps),
        slowest=_slowest(record),
        parallelism=busy / record.seconds if record.seconds > 0 else 0.0,
        saved_seconds=saved,
        baseline_run=baseline.run_id if saved is not None and baseline is not None else None,
    )


def _slowest(record: BuildRecord) -> tuple[StepRecord, ...]:
    worked = [s for s in record.steps if s.outcome in _WORKED and s.seconds >= SHORTEST_SECONDS]
    return tuple(sorted(worked, key=lambda s: (-s.seconds, s.target, s.index))[:SLOWEST])
