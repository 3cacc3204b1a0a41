"""Here-documents: which words of a line open one, and with which name.

Enter a logical line; leave the openings in order. The bodies are read by the parser, line by line.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bakehouse.dockerfile.lexer import Lexer, LexError

_OPENING = re.compile(r"([0-9]*)<<(-?)[\t\n\f\r ]*([^<]*)\Z")
_MAX_DESCRIPTOR = 2**64 - 1
# BuildKit looks for here-documents with the backslash as escape character, whatever the directive says.
_RAW = Lexer("\\", raw_quotes=True, raw_escapes=True, keep_unset=True)
_VALUE = Lexer("\\", keep_unset=True)
_QUOTED = Lexer("\\", raw_quotes=True, keep_unset=True)


class Opening(NamedTuple):
    """`<<NAME` in a line: `start:end` are its characters."""

    name: str
    expand: bool
    strip_tabs: bool
    descriptor: int
    start: int
    end: int


def find_openings(text: str) -> list[Opening]:
    """The here-documents that a line opens. Raises LexError where BuildKit cannot read their names."""
    try:
        words = _RAW.split(text, {})
    except LexError:
        return []  # as BuildKit: a line that cannot be split into words opens none
    found = []
    for word in words:
        if "<<" in word.text:
            opening = parse_opening(word.text)
            if opening is not None:
                found.append(opening._replace(start=word.start, end=word.end))
    return found


def parse_opening(word: str) -> Opening | None:
    """The here-document that one word opens, or None. Raises LexError."""
    match = _OPENING.match(word)
    if match is None or not match[3]:
        return None
    names = _VALUE.split(match[3], {})
    if len(names) != 1:
        return None
    raw = _QUOTED.split(match[3], {})
    if len(raw) != 1:
        raise LexError(f"the here-document name {match[3]!r} cannot be read")
    expand = _quotes(names[0].text) == _quotes(raw[0].text)
    digits = match[1]
    descriptor = 0 if not digits else int(digits) if len(digits) <= 19 else _MAX_DESCRIPTOR
    return Opening(names[0].text, expand, match[2] == "-", descriptor, 0, len(word))


def is_opening(word: str) -> bool:
    """Whether an argument of COPY or ADD is a here-document."""
    try:
        return parse_opening(word) is not None
    except LexError:
        return False


def _quotes(text: str) -> int:
    return text.count("'") + text.count('"')
