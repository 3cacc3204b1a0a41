"""Who is to blame when a bake call fails: one target's own error, not the cancellations it caused.

bake cancels all siblings at the first error; they then report `exit code: 137: context canceled` or
`context canceled` (measured, engine-facts.md section 1), which must not be read as their own failure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bakehouse.model.progress import StepEvent

_COLLATERAL = re.compile(r"context canceled|\bCANCELED\b|desc = Canceled")
_NAMED = re.compile(r"target ([A-Za-z0-9_-]+): ")
_NOISE = re.compile(r"^(?:WARNING|#|-+$|\s*$|\s*\d+ \||>>>|\s*>>>)")


@dataclass(frozen=True, slots=True)
class Blame:
    """The targets whose own failure ended the call, and what was said. Empty text never occurs."""

    targets: frozenset[str]
    message: str


def is_collateral(error: str) -> bool:
    """True for the error of a step that was only stopped because something else failed."""
    return bool(_COLLATERAL.search(error))


def blame(names: Sequence[str], errors: Sequence[StepEvent], words: str, code: int) -> Blame:
    """Blame for a failed call over targets `names`: from its steps' errors, else from the client's words.

    Where nothing names a target, all of them failed (the call itself did).
    """
    real = [e for e in errors if e.error and not is_collateral(e.error)]
    owners = {e.name.target for e in real if e.name.target in names}
    message = next((e.error for e in real if e.error), None) or last_words(words) or f"buildx ended with code {code}"
    if not owners:
        owners = {m for m in _NAMED.findall(words) if m in names}
    if not owners:
        owners = set(names)
    return Blame(frozenset(n for n in owners if n), message)


def last_words(text: str) -> str:
    """The line of a client's plain output that says what was wrong: the last ERROR line, else the last line."""
    lines = [line.strip() for line in text.splitlines() if not _NOISE.match(line)]
    said = [line for line in lines if line.startswith("ERROR")] or lines
    return said[-1].removeprefix("ERROR: ") if said else ""
