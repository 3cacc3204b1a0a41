"""Decisions for mode min, remembered. In: the state directory. Out: since when a target exports with min, and why.

Once a target exports with min, its builds no longer show what max would cost. So the decision holds for KEEP_SECONDS;
then the target exports with max again until that is measured anew, from runs after that moment only.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

FILE = "cache-modes.json"
KEEP_SECONDS = 30 * 86_400.0
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Remembered:
    """A decision for min: when (Unix seconds) and its reason."""

    since: float
    reason: str


def load(state: Path) -> dict[str, Remembered]:
    """Target id -> decision. A file that cannot be read counts as none: the modes are then measured anew."""
    try:
        data = json.loads((state / FILE).read_text(encoding="utf-8"))
        if data["format"] != _FORMAT:
            return {}
        return {str(t): Remembered(float(d["since"]), str(d["reason"])) for t, d in data["targets"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def save(state: Path, decisions: dict[str, Remembered]) -> None:
    """Write them in one step; where the directory is read-only the next plan decides again."""
    body = {t: {"since": d.since, "reason": d.reason} for t, d in sorted(decisions.items())}
    temporary = state / f"{FILE}.{os.getpid()}"
    try:
        temporary.write_text(json.dumps({"format": _FORMAT, "targets": body}, indent=2) + "\n", encoding="utf-8")
        temporary.replace(state / FILE)
    except OSError:
        return
