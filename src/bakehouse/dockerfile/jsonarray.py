"""The JSON arrays of the exec form: `["a", "b"]`, with the offsets of each element.

Enter the text of an argument; leave the strings, or the finding that it is no JSON array (then it is shell
form), or that it is one which holds something else than strings (which BuildKit refuses).
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

MAX_DEPTH = 10000  # Go's encoding/json gives up beyond this nesting, and so the text counts as shell form

_STRING = r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"'
_TOKEN = re.compile(
    rf"[ \t\r\n]*(?:(?P<string>{_STRING})|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<literal>true|false|null)|(?P<mark>[\[\]{},:]))"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


class Element(NamedTuple):
    """One decoded string of the array and its offsets in the text, quotes included."""

    value: str
    start: int
    end: int


class NotStringsError(ValueError):
    """The text is a JSON array, but not one of strings only. `start` and `end` show the first other element."""

    def __init__(self, start: int, end: int) -> None:
        super().__init__("when using JSON array syntax, arrays must be comprised of strings only")
        self.start = start
        self.end = end


def parse_array(text: str) -> list[Element] | None:
    """The elements of a JSON array of strings, or None where `text` is not a JSON array at all."""
    if not text.startswith("["):
        return None
    elements: list[Element] = []
    other: tuple[int, int] | None = None
    stack: list[str] = []  # "[" or "{" for each open bracket
    expect = "value"  # value, value-or-end, key, key-or-end, colon, comma-or-end
    at = 0
    while match := _TOKEN.match(text, at):
        at = match.end()
        kind = match.lastgroup
        found = match[kind] if kind else ""
        start = at - len(found)
        if kind == "mark":
            step = _step(found, stack, expect)
            if step is None:
                return None
            if len(stack) == 2 and found in "[{":
                other = other or (start, at)
            expect = step
            if not stack:
                break
        elif expect.startswith("value"):
            if kind == "number" and _overflows(found):
                return None
            if len(stack) == 1:
                if kind == "string":
                    elements.append(Element(_decode(found), start, at))
                else:
                    other = other or (start, at)
            expect = "comma-or-end"
        elif expect.startswith("key") and kind == "string":
            expect = "colon"
        else:
            return None
    if stack or expect != "done" or text[at:].strip(" \t\r\n"):
        return None
    if other is not None:
        raise NotStringsError(*other)
    return elements


def _step(mark: str, stack: list[str], expect: str) -> str | None:
    """What must follow after this punctuation mark, or None where it may not stand here."""
    if mark in "[{":
        if not expect.startswith("value") or len(stack) >= MAX_DEPTH:
            return None
        stack.append(mark)
        return "value-or-end" if mark == "[" else "key-or-end"
    if mark in "]}":
        if not stack or not expect.endswith("-or-end") or stack.pop() != ("[" if mark == "]" else "{"):
            return None
        return "comma-or-end" if stack else "done"
    if mark == ":":
        return "value" if expect == "colon" else None
    if expect != "comma-or-end" or not stack:
        return None
    return "value" if stack[-1] == "[" else "key"


def _overflows(number: str) -> bool:
    """Whether the number is too large for a double; Go then calls the text no JSON."""
    return float(number) in (float("inf"), float("-inf"))


def _decode(token: str) -> str:
    """The value of a JSON string; halves of surrogate pairs and broken UTF-8 become U+FFFD as in Go."""
    value: str = token[1:-1] if "\\" not in token else json.loads(token)
    return value if value.isascii() else _SURROGATES.sub("\ufffd", value)
