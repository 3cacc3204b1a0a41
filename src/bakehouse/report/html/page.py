"""What the page says, as plain values: the template only arranges them.

In: a record and its analysis. Out: a Page.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bakehouse.model.analysis import Analysis, PathElement
from bakehouse.model.progress import TargetState
from bakehouse.model.record import BuildRecord, Outcome, RunStatus, StepRecord, TargetRecord
from bakehouse.report.html.timeline import Timeline, look, timeline
from bakehouse.report.text import duration, size

OUTCOMES = ("executed", "cached", "deduplicated", "failed", "canceled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A key figure of the header: what it is, its value, and a line on how to read it."""

    name: str
    value: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """A target with its steps. `shares` are (outcome, count, percent); `size_percent` is of the largest image."""

    target: TargetRecord
    shares: tuple[tuple[str, int, float], ...]
    size_percent: float
    steps: tuple[StepRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failed target, the step that failed (None: no step did), and the targets that it blocked."""

    target: TargetRecord
    step: StepRecord | None
    where: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathLine:
    """An element of the critical path; percents are of the whole path."""

    element: PathElement
    look: str
    percent: float
    wait_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything on the page."""

    record: BuildRecord
    analysis: Analysis
    verdict: str
    tone: str
    facts: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    timeline: Timeline
    path: tuple[PathLine, ...]
    slowest: tuple[tuple[StepRecord, float, str], ...]
    targets: tuple[TargetLine, ...]
    failures: tuple[Failure, ...]
    blocked: tuple[TargetRecord, ...]


def page(record: BuildRecord, analysis: Analysis) -> Page:
    """The values of the page."""
    longest = max((s.seconds for s in analysis.slowest), default=1.0)
    total = analysis.critical_path.total_seconds or 1.0
    return Page(
        record=record,
        analysis=analysis,
        verdict=_verdict(record),
        tone="good" if record.status is RunStatus.OK else "bad" if record.status is RunStatus.FAILED else "open",
        facts=tuple(_facts(record)),
        figures=tuple(_figures(record, analysis)),
        timeline=timeline(record, analysis.critical_path),
        path=tuple(
            PathLine(
                element=e,
                look=look(e.step),
                percent=round(e.seconds / total * 100, 3),
                wait_percent=round(e.wait_seconds / total * 100, 3),
            )
            for e in analysis.critical_path.elements
        ),
        slowest=tuple((s, round(s.seconds / longest * 100, 2), look(s)) for s in analysis.slowest),
        targets=_target_lines(record),
        failures=tuple(_failure(record, t) for t in record.targets if t.state is TargetState.FAILED),
        blocked=tuple(t for t in record.targets if t.state in (TargetState.BLOCKED, TargetState.SKIPPED)),
    )


def _verdict(record: BuildRecord) -> str:
    good = sum(t.state in (TargetState.DONE, TargetState.REUSED) for t in record.targets)
    failed = sum(t.state is TargetState.FAILED for t in record.targets)
    wanted = sum(t.state is not TargetState.SKIPPED for t in record.targets)
    time_taken = duration(record.seconds)
    if record.status is RunStatus.OK:
        return f"{good} {'image' if good == 1 else 'images'} built in {time_taken}"
    if record.status is RunStatus.FAILED and not failed:
        return f"{wanted - good} of {wanted} targets were not built"
    if record.status is RunStatus.FAILED:
        return f"{failed} of {wanted} {'target' if wanted == 1 else 'targets'} failed after {time_taken}"
    if record.status is RunStatus.INTERRUPTED:
        return f"Interrupted with {good} of {wanted} images built"
    return f"Running: {good} of {wanted} images built"


def _facts(record: BuildRecord) -> list[tuple[str, str]]:
    started = time.strftime("%d %B %Y, %H:%M:%S %Z", time.localtime(record.started))
    machine = f"{record.host}, {record.cores} cores" if record.cores else record.host
    revision = (record.git_revision or "")[:12] + (" with local changes" if record.git_dirty else "")
    pairs = [
        ("Run", record.run_id),
        ("Started", started),
        ("Workspace", record.workspace),
        ("Variant", record.variant),
        ("Builder", record.builder),
        ("Engine", record.engine),
        ("Machine", machine),
        ("Revision", revision),
        ("Command", " ".join(record.command)),
    ]
    return [(name, value) for name, value in pairs if value.strip()]


def _figures(record: BuildRecord, analysis: Analysis) -> list[Figure]:
    cache, path = analysis.cache, analysis.critical_path
    figures = [
        Figure(name="Wall time", value=duration(record.seconds), note=f"{len(record.targets)} targets"),
        Figure(name="Executed", value=str(cache.executed), note=f"of {cache.total} steps"),
        Figure(
            name="Reused",
            value=f"{cache.hit_ratio * 100:.0f} %",
            note=f"{cache.cached} cached, {cache.deduplicated} shared",
        ),
        Figure(name="Critical path", value=duration(path.total_seconds), note=f"{len(path.elements)} steps"),
        Figure(name="Parallelism", value=f"{analysis.parallelism:.1f}", note="steps at once, mean"),
    ]
    if analysis.saved_seconds is not None:
        word = "Saved" if analysis.saved_seconds >= 0 else "Slower by"
        figures.append(
            Figure(name=word, value=duration(abs(analysis.saved_seconds)), note=f"against {analysis.baseline_run}")
        )
    images = sum(t.image_bytes or 0 for t in record.targets)
    if images:
        figures.append(Figure(name="Images", value=size(images), note="total, in the engine"))
    return figures


def _target_lines(record: BuildRecord) -> tuple[TargetLine, ...]:
    largest = max((t.image_bytes or 0 for t in record.targets), default=0) or 1
    by_target: dict[str, list[StepRecord]] = {}
    for step in record.steps:
        by_target.setdefault(step.target, []).append(step)
    return tuple(
        TargetLine(
            target=t,
            shares=_shares(t),
            size_percent=round((t.image_bytes or 0) / largest * 100, 2),
            steps=_ordered(by_target.get(t.id, ())),
        )
        for t in record.targets
    )


def _shares(target: TargetRecord) -> tuple[tuple[str, int, float], ...]:
    counts = [(name, int(getattr(target, name))) for name in OUTCOMES]
    total = sum(n for _, n in counts) or 1
    return tuple((name, n, round(n / total * 100, 3)) for name, n in counts if n)


def _ordered(steps: Sequence[StepRecord]) -> tuple[StepRecord, ...]:
    """By time; steps that never started come last."""
    return tuple(sorted(steps, key=lambda s: (s.started is None, s.started or 0.0, s.stage, s.index)))


def _failure(record: BuildRecord, target: TargetRecord) -> Failure:
    step = next((s for s in record.steps if s.target == target.id and s.outcome is Outcome.FAILED), None)
    where = target.dockerfile
    if step is not None and step.lines is not None:
        first, last = step.lines
        where += f":{first}" if first == last else f":{first}-{last}"
    message = (step.error if step else None) or target.message or record.message or "no step reported an error"
    return Failure(target=target, step=step, where=where, message=message)
