"""The shell patterns of `${name#pattern}`, `${name%pattern}` and `${name/pattern/text}`, as BuildKit has them.

Enter values and patterns (`*`, `?`, backslash escapes; no brackets); leave the edited values. Matching runs
all states at once as bits of an integer, so no pattern makes it exponential.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PATTERN_PART = re.compile(r"\\.|.", re.DOTALL)
_TEMPLATE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))")


class PatternError(ValueError):
    """The pattern has an escape that BuildKit does not know."""


class _Pattern(NamedTuple):
    """`tokens` are single characters or None for `?`; `loops` marks positions that a `*` precedes."""

    tokens: tuple[str | None, ...]
    loops: int


def _compile(pattern: str) -> _Pattern:
    tokens: list[str | None] = []
    stars: set[int] = set()
    chars = iter(pattern.removeprefix("\ufeff"))
    for char in chars:
        if char == "*":
            stars.add(len(tokens))
        elif char == "?":
            tokens.append(None)
        elif char == "\\":
            escaped = next(chars, "")
            if escaped not in ("*", "?", "\\", "}", "/"):
                raise PatternError(f"invalid pattern ({pattern}) in substitution: invalid escape '\\{escaped}'")
            tokens.append(escaped)
        else:
            tokens.append(char)
    return _Pattern(tuple(tokens), sum(1 << position for position in stars))


def _match(pattern: _Pattern, value: str, start: int, *, greedy: bool) -> int | None:
    """Where a match of `pattern` at `start` ends: the farthest such end if `greedy`, else the nearest."""
    masks: dict[str, int] = {}
    wild = 0
    for position, token in enumerate(pattern.tokens):
        if token is None:
            wild |= 1 << position
        else:
            masks[token] = masks.get(token, 0) | 1 << position
    accept = 1 << len(pattern.tokens)
    states, found = 1, None
    for at in range(start, len(value) + 1):
        if states & accept:
            found = at
            if not greedy:
                return found
        if not states or at == len(value):
            break
        char = value[at]
        newline = char == "\n"  # which neither `*` nor `?` match
        moved = (states & (masks.get(char, 0) | (0 if newline else wild))) << 1
        states = moved | (0 if newline else states & pattern.loops)
    return found


def trim(value: str, pattern: str, *, suffix: bool, greedy: bool) -> str:
    """`value` without the head (or tail) that matches. Raises PatternError."""
    if suffix:
        value, pattern = value[::-1], "".join(reversed(_PATTERN_PART.findall(pattern)))
    compiled = _compile(pattern)
    end = _match(compiled, value, 0, greedy=greedy)
    if end is not None:
        value = value[end:]
    return value[::-1] if suffix else value


def replace(value: str, pattern: str, replacement: str, *, every: bool) -> str:
    """`value` with the first match (or every match) replaced, longest matches first. Raises PatternError.

    With `every`, BuildKit hands the replacement to Go's regexp, for which `$name` in it is a group.
    """
    compiled = _compile(pattern)
    out: list[str] = []
    copied = at = 0
    while at <= len(value):
        end = _match(compiled, value, at, greedy=True)
        if end is None:
            at += 1
            continue
        if not every:
            return value[:at] + replacement + value[end:]
        if end > copied or at == 0:
            out += [value[copied:at], _fill(replacement, value[at:end])]
            copied = end
        at = max(end, at + 1)
    return "".join(out) + value[copied:]


def _fill(template: str, matched: str) -> str:
    """Go's regexp.Expand for a pattern without groups: `$0` is the match, `$$` a dollar, the rest nothing."""

    def group(found: re.Match[str]) -> str:
        if found[1]:
            return "$"
        name: str = found[2] or found[3]
        return matched if name.isdecimal() and not name.strip("0") else ""

    return _TEMPLATE.sub(group, template)
