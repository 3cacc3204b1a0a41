"""Sightings of vertices folded into step records with true durations and outcomes.

In: sightings of a run. Out: one StepRecord for each step of each target. A naive sum is wrong four ways, and
each is handled here: vertices restart (union of intervals); bake repeats a shared vertex for every target, shifted
in time (executed once, deduplicated for the others); merged steps read as cached (deduplicated); the siblings
of a failed step report errors (canceled).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bakehouse.history.sightings import Sighting, StepKey, owners
from bakehouse.model.record import Outcome, StepRecord

LinesOf = Callable[[str, str, int], tuple[int, int] | None]

_WORKED = (Outcome.EXECUTED, Outcome.FAILED, Outcome.CANCELED)
# The more telling outcome of a step that was seen as several vertices, or in several calls.
_RANK = (
    Outcome.FAILED,
    Outcome.EXECUTED,
    Outcome.DEDUPLICATED,
    Outcome.CACHED,
    Outcome.CANCELED,
    Outcome.UNFINISHED,
)


def fold(sightings: Sequence[Sighting], *, until: float, done: frozenset[str], lines_of: LinesOf) -> list[StepRecord]:
    """Step records in the order in which their steps were first seen.

    `until` (Unix seconds) ends what still runs; `done` are the targets that succeeded: a step of theirs that
    never started was not needed, since a later one was cached.
    """
    owned = owners(sightings)
    executed: dict[str, set[str]] = {}
    for (_, vertex), owner in owned.items():
        executed.setdefault(vertex, set()).add(owner)
    groups: dict[StepKey, list[Sighting]] = {}
    for sighting in sightings:
        groups.setdefault(sighting.key, []).append(sighting)
    steps: list[StepRecord] = []
    representative: dict[tuple[str, str], str] = {}
    for group in groups.values():
        outcome, sighting = _most_telling(group, owned, executed, done, until)
        needed = tuple(dict.fromkeys(v for member in group for v in member.inputs))
        steps.append(replace(_record(sighting, outcome, until, lines_of), inputs=needed))
        for member in group:
            representative[member.target, member.vertex] = sighting.vertex
    return _with_concurrency(_with_queue([_relink(s, representative) for s in steps]))


def _most_telling(
    group: Sequence[Sighting],
    owned: dict[tuple[int, str], str],
    executed: dict[str, set[str]],
    done: frozenset[str],
    until: float,
) -> tuple[Outcome, Sighting]:
    """Of the vertices that one step was seen as, the one to record; of equals the one that took longest."""
    judged = ((_outcome(s, owned, executed, done), s) for s in group)
    return min(judged, key=lambda pair: (_RANK.index(pair[0]), -pair[1].seconds(until)))


def _outcome(
    sighting: Sighting,
    owned: dict[tuple[int, str], str],
    executed: dict[str, set[str]],
    done: frozenset[str],
) -> Outcome:
    if sighting.failed:
        return Outcome.FAILED
    if sighting.canceled:
        return Outcome.CANCELED
    if sighting.cached:
        others = executed.get(sighting.vertex, set()) - {sighting.target}
        return Outcome.DEDUPLICATED if others else Outcome.CACHED
    if sighting.ran:
        mine = owned[sighting.batch, sighting.vertex] == sighting.target
        return Outcome.EXECUTED if mine else Outcome.DEDUPLICATED
    if sighting.intervals:
        return Outcome.CANCELED  # it was at work when the stream ended
    return Outcome.CACHED if sighting.target in done else Outcome.UNFINISHED


def _record(sighting: Sighting, outcome: Outcome, until: float, lines_of: LinesOf) -> StepRecord:
    target, platform, stage, index, total, instruction = sighting.key
    span = sighting.span(until)
    return StepRecord(
        target=target,
        platform=platform,
        stage=stage,
        index=index,
        total=total,
        instruction=instruction,
        kind=sighting.name.kind,
        outcome=outcome,
        batch=sighting.batch,
        vertex=sighting.vertex,
        started=span[0] if span else None,
        completed=span[1] if span else None,
        seconds=0.0 if outcome is Outcome.DEDUPLICATED else sighting.seconds(until),
        lines=lines_of(target, stage, index) if index else None,
        error=sighting.error if outcome in (Outcome.FAILED, Outcome.CANCELED) else None,
    )


def _relink(step: StepRecord, representative: dict[tuple[str, str], str]) -> StepRecord:
    """Inputs that name a merged twin name the vertex that was recorded instead."""
    inputs = dict.fromkeys(representative.get((step.target, v), v) for v in step.inputs)
    inputs.pop(step.vertex, None)
    return replace(step, inputs=tuple(inputs))


def _with_queue(steps: list[StepRecord]) -> list[StepRecord]:
    """BuildKit does not report waiting for a slot: it is the time from the last input's end to the start."""
    ends = {(s.target, s.vertex): s.completed for s in steps}
    result = []
    for step in steps:
        before = [e for v in step.inputs if (e := ends.get((step.target, v))) is not None]
        queue = 0.0
        if before and step.started is not None and step.outcome in _WORKED:
            queue = max(0.0, step.started - max(before))
        result.append(replace(step, queue_seconds=queue))
    return result


def _with_concurrency(steps: list[StepRecord]) -> list[StepRecord]:
    """The mean number of steps at work while each one was (itself included)."""
    busy = [s for s in steps if s.outcome in _WORKED and s.seconds > 0]
    times, work = _work_done((s.started or 0.0, s.completed or 0.0) for s in busy)

    def work_until(moment: float) -> float:
        i = bisect_right(times, moment) - 1
        done, running = work[i]
        return done + running * (moment - times[i])

    result = []
    for step in steps:
        mean = 0.0
        if step.outcome in _WORKED and step.started is not None and (step.completed or 0.0) > step.started:
            end = step.completed or 0.0
            mean = (work_until(end) - work_until(step.started)) / (end - step.started) if times else 1.0
        result.append(replace(step, concurrency=round(mean, 3)))
    return result


def _work_done(spans: Iterable[tuple[float, float]]) -> tuple[list[float], list[tuple[float, int]]]:
    """At each moment something starts or ends: step-seconds done until then, and steps at work from then on."""
    edges: dict[float, int] = {}
    for start, end in spans:
        edges[start] = edges.get(start, 0) + 1
        edges[end] = edges.get(end, 0) - 1
    times = sorted(edges)
    work: list[tuple[float, int]] = []
    done, running = 0.0, 0
    for i, moment in enumerate(times):
        done += running * (moment - times[i - 1]) if i else 0.0
        running += edges[moment]
        work.append((done, running))
    return times, work
