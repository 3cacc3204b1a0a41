"""Lines of an ignore file as spans of its bytes."""

from __future__ import annotations

from bakehouse.dockerfile.syntax import Span


def line_span(data: bytes, line: int) -> Span:
    """The bytes of a 1-based line, without its end and outer blanks."""
    start = 0
    for _ in range(line - 1):
        start = data.find(b"\n", start) + 1
    end = data.find(b"\n", start)
    text = data[start : len(data) if end < 0 else end]
    left = len(text) - len(text.lstrip())
    return Span(start + left, start + len(text.rstrip()) if text.strip() else start + left)


def whole_line(data: bytes, line: int) -> Span:
    """The bytes of a 1-based line with its end."""
    start = 0
    for _ in range(line - 1):
        start = data.find(b"\n", start) + 1
    end = data.find(b"\n", start)
    return Span(start, len(data) if end < 0 else end + 1)
