"""The timeline's geometry: which bar stands where.

In: a record and its critical path. Out: lanes of bars, x in percent of the run's time, so that the drawing fits any
width while its text keeps its size.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bakehouse.model.analysis import CriticalPath
from bakehouse.model.progress import StepKind
from bakehouse.model.record import BuildRecord, Outcome, StepRecord
from bakehouse.report.text import duration

ROW = 20
BAR = 16
LABEL = 22
GAP = 10
SHORTEST_PERCENT = 0.15
SHORTEST_AROUND_PERCENT = 0.6  # for steps that no Dockerfile names: they would only be specks

_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)
_LOOKS = {
    StepKind.RUN: "run",
    StepKind.COPY: "copy",
    StepKind.ADD: "copy",
    StepKind.WORKDIR: "copy",
    StepKind.EXPORT: "export",
    StepKind.CACHE_EXPORT: "export",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One step. `x` and `width` are percents, `y` is pixels; `look` and `critical` choose its paint."""

    x: float
    width: float
    y: int
    look: str
    critical: bool
    text: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The bars of one target; `y` is the top of its label."""

    name: str
    note: str
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All lanes; `ticks` are (x in percent, label); `height` is in pixels."""

    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, str], ...]
    height: int
    hidden: int


def look(step: StepRecord) -> str:
    """The class of a step's paint: its outcome where that is special, else its kind."""
    if step.outcome in (Outcome.FAILED, Outcome.CANCELED):
        return step.outcome.value
    if step.outcome is Outcome.DEDUPLICATED:
        return "shared"
    return _LOOKS.get(step.kind, "other")


def timeline(record: BuildRecord, path: CriticalPath) -> Timeline:
    """Lay out every step that took visible time, grouped by target in the order of their first start."""
    ends = [s.completed for s in record.steps if s.completed is not None]
    end = max([record.completed or record.started, *ends])
    whole = max(end - record.started, 1e-6)
    critical = {(e.step.target, e.step.vertex) for e in path.elements}
    groups: dict[str, list[StepRecord]] = {}
    hidden = 0
    for step in sorted(record.steps, key=lambda s: (s.started or 0.0, s.index)):
        marked = (step.target, step.vertex) in critical
        least = SHORTEST_PERCENT if step.kind.is_instruction else SHORTEST_AROUND_PERCENT
        if step.started is None or (not marked and _length(step) < whole * least / 100):
            hidden += 1
            continue
        groups.setdefault(step.target, []).append(step)
    lanes, y = [], 24
    for name, steps in groups.items():
        rows = _rows(steps)
        bars = tuple(
            _bar(s, record.started, whole, y + LABEL + ROW * r, (s.target, s.vertex) in critical)
            for s, r in zip(steps, rows, strict=True)
        )
        lanes.append(Lane(name=name, note=_note(record, name), y=y, bars=bars))
        y += LABEL + ROW * (max(rows) + 1) + GAP
    return Timeline(lanes=tuple(lanes), ticks=tuple(_ticks(whole)), height=y, hidden=hidden)


def _rows(steps: Sequence[StepRecord]) -> list[int]:
    """The row of each step (sorted by start): the first one that is free, so that nothing overlaps."""
    free: list[float] = []
    rows = []
    for step in steps:
        start = step.started or 0.0
        row = next((i for i, until in enumerate(free) if until <= start + 1e-3), len(free))
        if row == len(free):
            free.append(0.0)
        free[row] = max(start, step.completed or start)
        rows.append(row)
    return rows


def _bar(step: StepRecord, begun: float, whole: float, y: int, critical: bool) -> Bar:
    x = min(100.0, max(0.0, ((step.started or begun) - begun) / whole * 100))
    place = f"{step.stage + ' ' if step.stage else ''}{step.index}/{step.total} " if step.index else ""
    facts = [f"{step.outcome}, {duration(_length(step))}"]
    facts += [f"waited {duration(step.queue_seconds)}"] if step.queue_seconds >= 0.05 else []
    facts += [f"{step.concurrency:.1f} steps at once"] if step.concurrency else []
    facts += ["on the critical path"] if critical else []
    return Bar(
        x=round(x, 3),
        width=round(max(SHORTEST_PERCENT, min(100.0 - x, _length(step) / whole * 100)), 3),
        y=y,
        look=look(step),
        critical=critical,
        text=step.instruction[:120],
        title=f"{step.target}: {place}{step.instruction[:400]}\n{'; '.join(facts)}",
    )


def _length(step: StepRecord) -> float:
    return 0.0 if step.started is None or step.completed is None else step.completed - step.started


def _note(record: BuildRecord, name: str) -> str:
    target = next((t for t in record.targets if t.id == name), None)
    return "" if target is None else f"{target.state}, {duration(target.seconds)}"


def _ticks(whole: float) -> Iterable[tuple[float, str]]:
    step = next((t for t in _TICKS if whole / t <= 8), 3600 * math.ceil(whole / 8 / 3600))
    for i in range(math.floor(whole / step) + 1):
        x = i * step / whole * 100
        if x <= 94 or i == 0:
            yield round(x, 3), _tick_label(i * step, step)


def _tick_label(moment: float, step: float) -> str:
    if step < 1:
        return f"{moment:.2f}".rstrip("0").rstrip(".") + " s"
    whole = round(moment)
    return f"{whole} s" if whole < 60 else f"{whole // 60}:{whole % 60:02}"
