"""Order among targets: the wave of each, and what a target that cannot be built takes down with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from bakehouse.errors import CycleError
from bakehouse.model.plan import Target, Verdict


def blocked_by(targets: Sequence[Target]) -> list[Target]:
    """Targets whose own needs cannot be built are blocked too."""
    bad = {t.id for t in targets if t.verdict in (Verdict.BLOCKED, Verdict.SKIPPED)}
    result = list(targets)
    changed = True
    while changed:
        changed = False
        for i, target in enumerate(result):
            stuck = [n for n in target.depends_on if n in bad]
            if stuck and target.verdict is Verdict.BUILD:
                reason = f"needs {stuck[0]}, which cannot be built"
                result[i] = dataclasses.replace(target, verdict=Verdict.BLOCKED, reason=reason)
                bad.add(target.id)
                changed = True
    return result


def in_waves(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Each target's wave: 0 if it needs no other, else one more than the latest of those it needs."""
    by_id = {t.id: t for t in targets}
    waves: dict[str, int] = {}

    def wave(name: str, path: tuple[str, ...]) -> int:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            raise CycleError(f"images are built from each other in a circle: {circle}", hint="cut one of these edges")
        if name not in waves:
            needs = [n for n in by_id[name].depends_on if n in by_id]
            waves[name] = 1 + max((wave(n, (*path, name)) for n in needs), default=-1)
        return waves[name]

    placed = [dataclasses.replace(t, wave=wave(t.id, ())) for t in targets]
    return tuple(sorted(placed, key=lambda t: (t.wave, t.id)))
