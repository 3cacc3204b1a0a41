"""Marks that say: execute this stage again. In: a service and a stage. Out: what the next plan asks BuildKit for.

A mark lies in the state directory until the target is built well once. BuildKit then executes the steps of the
marked stages whatever its caches hold (bake's `no-cache-filter`), keeps the new result beside the old one under the
same key, and takes the newest from then on; steps of other stages, and other services that share them, stay cached.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bakehouse.dockerfile.meaning import Meaning
from bakehouse.errors import UsageError

FILE = "invalidated.json"
ALL = "*"
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is invalid of one target: `stages` by name, or everything."""

    everything: bool = False
    stages: tuple[str, ...] = ()


def checked_stage(service: str, stage: str, meaning: Meaning, dockerfile: str) -> str:
    """The stage's name as the file writes it. Raises UsageError for one that is not there or has no name."""
    labels = {found.label.lower(): found for found in meaning.graph.stages}
    found = labels.get(stage.lower())
    named = [s.label for s in meaning.graph.stages if s.name]
    if found is None:
        near = difflib.get_close_matches(stage, named, n=1)
        hint = f"did you mean {near[0]}?" if near else f"stages with a name: {', '.join(named) or 'none'}"
        raise UsageError(f"{service} has no stage {stage} in {dockerfile}", hint=hint)
    if not found.name:
        raise UsageError(
            f"stage {stage} of {service} has no name, so BuildKit cannot be told to leave its cache aside",
            hint=f"name it (FROM ... AS {service}) or invalidate all of {service}",
        )
    return found.label


def mark(state: Path, target: str, stages: Sequence[str]) -> None:
    """Mark stages of a target (none: all of it), in addition to what is marked already."""
    known = dict(marks(state))
    old = known.get(target, Mark())
    everything = old.everything or not stages
    names = () if everything else tuple(dict.fromkeys((*old.stages, *stages)))
    known[target] = Mark(everything=everything, stages=names)
    _save(state, known)


def marks(state: Path) -> Mapping[str, Mark]:
    """Target id -> its mark. A file that cannot be read counts as none: a lost mark costs a second call."""
    try:
        data = json.loads((state / FILE).read_text(encoding="utf-8"))
        if data["format"] != _FORMAT:
            return {}
        return {
            str(target): Mark(everything=ALL in stages, stages=tuple(s for s in stages if s != ALL))
            for target, stages in data["marks"].items()
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def clear(state: Path, built: Mapping[str, Mark]) -> None:
    """Take the marks away that a good build has heeded: target -> what it executed whatever the caches held.

    A mark made while the build ran stays.
    """
    known = dict(marks(state))
    left = {target: m for target, m in known.items() if target not in built or not _heeded(m, built[target])}
    if left != known:
        _save(state, left)


def _heeded(wanted: Mark, done: Mark) -> bool:
    return done.everything or (not wanted.everything and set(wanted.stages) <= set(done.stages))


def _save(state: Path, known: Mapping[str, Mark]) -> None:
    body = {target: [ALL] if m.everything else list(m.stages) for target, m in sorted(known.items())}
    temporary = state / f"{FILE}.{os.getpid()}"
    temporary.write_text(json.dumps({"format": _FORMAT, "marks": body}, indent=2) + "\n", encoding="utf-8")
    temporary.replace(state / FILE)
