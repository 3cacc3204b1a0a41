"""One pattern of an ignore file: Go's path patterns with `**`, as BuildKit's matcher reads them.

Enter a cleaned pattern; leave whether it is well formed, and the regular expression it stands for.
"""

from __future__ import annotations

import re

SPECIAL = re.compile(r"[*?\[\]\\]")
"""A character that keeps a pattern from being a plain path."""

_CLASS_ESCAPES = frozenset("dDwWsSbBafnrtv")


def is_well_formed(pattern: str) -> bool:
    """BuildKit's first check, Go's `filepath.Match(pattern, ".")`, which stops where "." stops matching."""
    name, at = ".", 0
    while at < len(pattern):
        start = at
        while pattern.startswith("*", at):
            at += 1
        end = _chunk_end(pattern, at)
        if end == at:  # a star at the end
            return True
        after = _match_chunk(pattern[at:end], name)
        if after is None:
            return False
        star, at = at > start, end
        if after and (after == "end" or at < len(pattern)):
            name = "" if after == "end" else name
            continue
        return not star or not name or _match_chunk(pattern[start:end].lstrip("*"), "") is not None
    return True


def _chunk_end(pattern: str, at: int) -> int:
    """Where the part of the pattern without `*` (outside brackets) that starts at `at` ends."""
    inside = False
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
        elif char in "[]":
            inside = char == "["
        elif char == "*" and not inside:
            return at
        at += 1
    return len(pattern)


def _match_chunk(chunk: str, name: str) -> str | None:
    """ "end" where the chunk matches and uses up the name, "" where it does not match, None where malformed."""
    at, rest, failed = 0, name, False
    while at < len(chunk):
        failed = failed or not rest
        char = chunk[at]
        at += 1
        if char == "[":
            read = _match_class(chunk, at, rest[:1])
            if read is None:
                return None
            at, hit = read
            failed = failed or not hit
        elif char == "\\" and at == len(chunk):
            return None
        elif char != "?":
            literal = chunk[at] if char == "\\" else char
            at += char == "\\"
            failed = failed or literal != rest[:1]
        rest = rest[1:]
    return "" if failed else "end"


def _match_class(chunk: str, at: int, char: str) -> tuple[int, bool] | None:
    """The end of a bracket's class and whether it has `char`; None where the class is malformed."""
    negated = chunk.startswith("^", at)
    at += negated
    hit, first = False, True
    while first or not chunk.startswith("]", at):
        low = _class_char(chunk, at)
        if low is None:
            return None
        high, at = low, low[1]
        if chunk.startswith("-", at):
            end = _class_char(chunk, at + 1)
            if end is None:
                return None
            high, at = end, end[1]
        hit = hit or low[0] <= char <= high[0]
        first = False
    return at + 1, hit != negated


def _class_char(chunk: str, at: int) -> tuple[str, int] | None:
    """One character of a class and the offset after it, where something more must stand."""
    if at >= len(chunk) or chunk[at] in "-]":
        return None
    at += chunk[at] == "\\"
    return (chunk[at], at + 1) if at + 1 < len(chunk) else None


def expression_of(pattern: str) -> str:
    """The regular expression that BuildKit's matcher makes of a pattern, quirks included."""
    if pattern.startswith("**") and not SPECIAL.search(pattern[2:]):
        suffix = pattern[2:]
        bare = rf"|{re.escape(suffix[1:])}\Z" if suffix.startswith("/") else ""
        return rf"(?:.*{re.escape(suffix)}\Z{bare})"
    if pattern.endswith("**") and not SPECIAL.search(pattern[:-2]):
        return re.escape(pattern[:-2])
    out: list[str] = []
    at, size = 0, len(pattern)
    while at < size:
        char = pattern[at]
        at += 1
        if char == "*":
            if pattern.startswith("*", at):
                at += 1
                at += pattern.startswith("/", at)
                out.append(".*" if at == size else "(?:.*/)?")
            else:
                out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "\\":
            if at == size:  # it escapes the anchor that BuildKit puts after it
                return "".join(out) + r"\$"
            escaped = pattern[at]
            at += 1
            if escaped.isalnum() and escaped not in _CLASS_ESCAPES:
                raise ValueError(pattern)
            out.append("\\" + escaped)
        elif char in ".+()|{}$":
            out.append("\\" + char)
        else:
            out.append(char)
    return "".join(out) + r"\Z"
