"""Text that came from elsewhere, made safe for a terminal."""

from __future__ import annotations

import re

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def safe(text: str) -> str:
    """Without terminal escapes and control characters (newlines and tabs stay)."""
    return _CONTROL.sub("", _ESCAPES.sub("", text))


def one_line(text: str, width: int) -> str:
    """Safe, white space folded, cut at `width` characters with an ellipsis."""
    line = " ".join(safe(text).split())
    return line if len(line) <= width else line[: max(0, width - 1)] + "…"
