"""What insight says of a run: computed from a BuildRecord, shown by cli and report."""

from __future__ import annotations

from dataclasses import dataclass

from bakehouse.model.record import StepRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class PathElement:
    """One step on the critical path; `wait_seconds` passed between the end of the one before and its start."""

    step: StepRecord
    seconds: float
    wait_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CriticalPath:
    """The chain of steps that decided when the run ended, first to last; seconds sum to `total_seconds`."""

    elements: tuple[PathElement, ...]
    total_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheOutcome:
    """Instruction steps by outcome, over a run or a target. `hit_ratio` is (cached+deduplicated)/all."""

    executed: int
    cached: int
    deduplicated: int
    failed: int
    canceled: int

    @property
    def total(self) -> int:
        """All instruction steps."""
        return self.executed + self.cached + self.deduplicated + self.failed + self.canceled

    @property
    def hit_ratio(self) -> float:
        """Share of steps that nobody had to execute for this target, 0..1; 0 where there are no steps."""
        return (self.cached + self.deduplicated) / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Everything shown about one run besides the record itself.

    `saved_seconds` is the time saved against the last full build (a run of the same targets in which
    steps were executed, `baseline_run`), None where there is none to compare with.
    `parallelism` is busy step-seconds divided by the run's wall seconds.
    """

    critical_path: CriticalPath
    cache: CacheOutcome
    slowest: tuple[StepRecord, ...]
    parallelism: float
    saved_seconds: float | None = None
    baseline_run: str | None = None
