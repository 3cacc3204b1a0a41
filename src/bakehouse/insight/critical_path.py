"""The chain of steps that decided when a run ended.

In: a BuildRecord. Out: its CriticalPath.

Definition. The chain ends with the step that ended last; where that one was only canceled, with the last step that
failed, because that ended the run. Before a step stands the step it waited for: of its
inputs the one that ended last; a step without recorded inputs (exports, context transfers) follows the last
step of its own target that ended before it began; the first step of a target follows the last step of any
target that ended before, since its bake call then waited for a free place. The chain begins where nothing
ended before. What passed between two steps is the later one's wait; before the first step it is the time since
the run began, so that seconds and waits together are exactly the time from the run's start to the chain's end.
A deduplicated step counts with the time for which its target waited for it. Cached steps that took no time decide
nothing (BuildKit stamps them all at the moment it finds out): inputs are followed through them. Steps shorter than
10 ms are left out, and their time is part of the next one's wait.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from bakehouse.model.analysis import CriticalPath, PathElement
from bakehouse.model.record import BuildRecord, Outcome, StepRecord

SHORTEST_SECONDS = 0.01
# Reports of one moment by different threads of the daemon differ by this much.
_TOLERANCE = 0.002


def critical_path(record: BuildRecord) -> CriticalPath:
    """The critical path of a run; empty where no step ever started."""
    steps = sorted((s for s in record.steps if s.started is not None and not _is_instant(s)), key=_end)
    if not steps:
        return CriticalPath(elements=(), total_seconds=0.0)
    return _measured(_chain(steps, record.steps), record.started)


def _chain(steps: Sequence[StepRecord], everything: Sequence[StepRecord]) -> list[StepRecord]:
    """First to last. `steps` are sorted by their end; `everything` has the instant ones too."""
    by_vertex = {(s.target, s.vertex): s for s in everything}
    by_target: dict[str, list[StepRecord]] = {}
    for step in steps:
        by_target.setdefault(step.target, []).append(step)
    chain = [_deciding(steps)]
    visited = {id(chain[0])}
    while True:
        step = chain[-1]
        inputs = sorted(_inputs(step, by_vertex), key=_end)
        found = next((s for s in reversed(inputs) if id(s) not in visited), None)
        for pool in (by_target[step.target], steps):
            found = found or _last_before(pool, step, visited)
        if found is None:
            return chain[::-1]
        chain.append(found)
        visited.add(id(found))


def _deciding(steps: Sequence[StepRecord]) -> StepRecord:
    failed = [s for s in steps if s.outcome is Outcome.FAILED]
    return failed[-1] if failed and steps[-1].outcome is Outcome.CANCELED else steps[-1]


def _inputs(step: StepRecord, by_vertex: Mapping[tuple[str, str], StepRecord]) -> list[StepRecord]:
    """The steps that took time and that `step` was made from, directly or through instant ones."""
    found: dict[str, StepRecord] = {}
    seen: set[str] = set()
    open_vertices = list(step.inputs)
    while open_vertices:
        vertex = open_vertices.pop()
        source = by_vertex.get((step.target, vertex))
        if vertex in seen or source is None:
            continue
        seen.add(vertex)
        if _is_instant(source):
            open_vertices += source.inputs
        elif source.started is not None:
            found[vertex] = source
    return list(found.values())


def _is_instant(step: StepRecord) -> bool:
    """Cached, or merged into another, in no time."""
    reused = step.outcome in (Outcome.CACHED, Outcome.DEDUPLICATED)
    return reused and _end(step) - _start(step) < SHORTEST_SECONDS


def _last_before(pool: Sequence[StepRecord], step: StepRecord, visited: set[int]) -> StepRecord | None:
    """Of `pool` (sorted by end) the last step that ended before `step` began."""
    limit = _start(step) + _TOLERANCE
    for i in range(bisect_right(pool, limit, key=_end) - 1, -1, -1):
        candidate = pool[i]
        if id(candidate) not in visited and _start(candidate) <= _start(step):
            return candidate
    return None


def _measured(chain: Sequence[StepRecord], begun: float) -> CriticalPath:
    elements: list[PathElement] = []
    reached = begun
    for i, step in enumerate(chain):
        # clocks of targets are shifted against each other: a step counts up to the start of the one it led to
        end = min(_end(step), *(_start(s) for s in chain[i + 1 :])) if i + 1 < len(chain) else _end(step)
        start = max(_start(step), reached)
        if end - start < SHORTEST_SECONDS and i + 1 < len(chain):
            continue
        seconds = max(0.0, end - start)
        elements.append(PathElement(step=step, seconds=seconds, wait_seconds=max(0.0, start - reached)))
        reached = max(reached, start + seconds)
    return CriticalPath(elements=tuple(elements), total_seconds=reached - begun)


def _start(step: StepRecord) -> float:
    return step.started if step.started is not None else 0.0


def _end(step: StepRecord) -> float:
    return step.completed if step.completed is not None else _start(step)
