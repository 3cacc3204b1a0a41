"""A list of packages, one on each line, is not sorted.

## What

An install command has each package on a line of its own, and the lines are not in order.

## Why

A sorted list shows at a glance what is in it and what is there twice, and two branches that add packages rarely
conflict.

## Bad

```dockerfile
RUN apt-get update && apt-get install -y \\
    git \\
    curl \\
    zip
```

## Good

```dockerfile
RUN apt-get update && apt-get install -y \\
    curl \\
    git \\
    zip
```

## Fix

Safe: the packages change places; lines, indentation and backslashes stay. No fix where a comment stands between.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.dockerfile.shell import ShellWord
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.run_edits import replace_word
from bakehouse.lint.subject import Run, Subject

RULE = rule(__doc__, name="sort-packages", group=Group.MAINTAINABILITY, severity=Severity.STYLE, fix=FixSafety.SAFE)
_MANAGERS = ("apt-get", "aptitude", "apk", "yum", "zypper", "pacman")


def check(subject: Subject) -> Iterator[Hit]:
    """Every such list that is not in order."""
    for run, call in subject.calls(*_MANAGERS):
        words = [package.word for package in call.packages]
        if not call.installs or len(words) < 3 or not _is_list(subject, run, call, words):
            continue
        wanted = sorted((word.raw for word in words), key=_order)
        moved = [(word, raw) for word, raw in zip(words, wanted, strict=True) if word.raw != raw]
        if not moved:
            continue
        span = Span(words[0].span.start, words[-1].span.end)
        edits = () if b"#" in subject.data[span.start : span.end] else tuple(replace_word(w, raw) for w, raw in moved)
        fix = safe_fix("Sort the packages", *edits)
        yield Hit(f"{moved[0][0].raw} is not in order", moved[0][0].span, hint="sort the packages", fix=fix)


def _is_list(subject: Subject, run: Run, call: PackageCall, words: list[ShellWord]) -> bool:
    """Whether each package has a line of its own, all are known, and nothing else stands between them."""
    if run.instruction.is_json or any(word.text is None or word.text.startswith("-") for word in words):
        return False
    inside = [w for w in call.command.words if words[0].span.start <= w.span.start <= words[-1].span.start]
    lines = [subject.tree.position(word.span.start).line for word in words]
    return len(inside) == len(words) and all(a < b for a, b in pairwise(lines))


def _order(raw: str) -> tuple[str, str]:
    """By the name, whatever quotes are around it and whichever version is behind it."""
    name = raw.strip("\"'").lower()
    return name.partition("=")[0], name
