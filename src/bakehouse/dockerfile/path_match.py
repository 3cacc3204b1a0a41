r"""Go's `filepath.Match`, which BuildKit asks for the wildcards of COPY and ADD: `*`, `?`, `[a-z]`, backslash escapes.

Enter a pattern; leave a function over one name, or PathPatternError. Nothing here crosses a slash: whoever has a path
matches part by part.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

WILDCARDS = re.compile(r"\\.|([*?\[])", re.DOTALL)


class PathPatternError(ValueError):
    """The pattern is malformed: an open bracket, or a backslash at the end."""


def has_wildcard(text: str) -> bool:
    """Whether BuildKit looks for matches instead of taking the path as it is."""
    return any(found[1] for found in WILDCARDS.finditer(text))


def split_wildcards(path: str) -> tuple[str, str]:
    """A cleaned path in two: what stands before the first part with a wildcard, and the rest ("" where none has)."""
    parts = path.split("/")
    first = next((i for i, part in enumerate(parts) if has_wildcard(part)), len(parts))
    return "/".join(parts[:first]) or ".", "/".join(parts[first:])


@lru_cache(maxsize=4096)
def matcher(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """The match function of one part of a path. Raises PathPatternError."""
    out: list[str] = []
    at, size = 0, len(pattern)
    while at < size:
        char = pattern[at]
        at += 1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            text, at = _class(pattern, at)
            out.append(text)
        else:
            if char == "\\":
                if at == size:
                    raise PathPatternError(f"syntax error in pattern: {pattern}")
                char = pattern[at]
                at += 1
            out.append(re.escape(char))
    return re.compile("".join(out), re.DOTALL).fullmatch


def _class(pattern: str, at: int) -> tuple[str, int]:
    """The class whose bracket stands before `at`, and the offset behind it."""
    negated = pattern.startswith("^", at)
    at += negated
    ranges: list[tuple[str, str]] = []
    while not ranges or not pattern.startswith("]", at):
        low, at = _class_char(pattern, at)
        high = low
        if pattern.startswith("-", at):
            high, at = _class_char(pattern, at + 1)
        ranges.append((low, high))
    inside = "".join(f"{re.escape(a)}-{re.escape(b)}" for a, b in ranges if a <= b)
    if not inside:  # only ranges that hold nothing
        return ("." if negated else "(?!)"), at + 1
    return f"[{'^' if negated else ''}{inside}]", at + 1


def _class_char(pattern: str, at: int) -> tuple[str, int]:
    if at >= len(pattern) or pattern[at] in "-]":
        raise PathPatternError(f"syntax error in pattern: {pattern}")
    at += pattern[at] == "\\"
    if at + 1 >= len(pattern):  # a class must be closed behind it
        raise PathPatternError(f"syntax error in pattern: {pattern}")
    return pattern[at], at + 1
