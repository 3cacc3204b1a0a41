"""Plain text for terminals and files: tables whose columns line up.

In: rows of strings. Out: lines without trailing blanks. Hostile characters are taken out by the caller.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_FIGURE = re.compile(r"-?\d[\d.,/]*(?: ?(?:s|min|h|B|kB|MB|GB|%)\b.*)?")


def table(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table; columns in which every cell is a figure stand to the right."""
    rows = [list(map(_flat, head)), *(list(map(_flat, row)) for row in body)]
    widths = [max(width(row[i]) for row in rows) for i in range(len(head))]
    right = [bool(body) and all(_is_figure(row[i]) for row in rows[1:]) for i in range(len(head))]
    lines = []
    for row in rows:
        cells = [
            " " * (w - width(cell)) + cell if r else cell + " " * (w - width(cell))
            for cell, w, r in zip(row, widths, right, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def duration(seconds: float) -> str:
    """Seconds for people: 0.42 s, 12.3 s, 2 min 05 s, 1 h 02 min."""
    if seconds < 0:
        return "-" + duration(-seconds)
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def size(count: int | None) -> str:
    """Bytes for people, in powers of ten as Docker counts: 66.1 MB; a dash where it is unknown."""
    if count is None:
        return "-"
    if count < 1000:
        return f"{count} B"
    value, unit = count / 1e3, "kB"
    if value >= 999.5:
        value, unit = value / 1e3, "MB"
    if value >= 999.5:
        value, unit = value / 1e3, "GB"
    return f"{value:.3g} {unit}" if value < 100 else f"{value:.0f} {unit}"


def _flat(cell: str) -> str:
    return " ".join(cell.split())


def _is_figure(cell: str) -> bool:
    return cell == "-" or _FIGURE.fullmatch(cell) is not None


def width(text: str) -> int:
    """How many columns a terminal gives a text: none for what combines, two for what is wide."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
