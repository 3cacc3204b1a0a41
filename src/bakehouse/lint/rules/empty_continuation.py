"""An empty line inside a continued instruction.

## What

A line ends with `\\`, and the next one is empty.

## Why

BuildKit skips such lines with a warning, and says that they will become errors. They also hide where an
instruction ends: a `\\` too many swallows the instruction after the empty line.

## Bad

```dockerfile
RUN apt-get update && \\

    apt-get install -y curl
```

## Good

```dockerfile
RUN apt-get update && \\
    apt-get install -y curl
```

## Fix

Safe: the empty lines are removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete
from bakehouse.dockerfile.syntax import Dockerfile, Instruction, Span
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="empty-continuation",
    group=Group.BUILDKIT,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    aliases=("NoEmptyContinuation",),
)
_EMPTY = re.compile(rb"\n(?=([ \t]*\r?\n))")


def check(subject: Subject) -> Iterator[Hit]:
    """Every instruction with empty lines between its continued ones."""
    for instruction in subject.tree.instructions:
        if instruction.start_line == instruction.end_line:
            continue
        lines = _empty_lines(subject.tree, instruction)
        if lines:
            count = "an empty line" if len(lines) == 1 else f"{len(lines)} empty lines"
            fix = safe_fix("Remove the empty lines", *(delete(line) for line in lines))
            yield Hit(f"{count} inside a continued {instruction.name}", lines[0], fix=fix)


def _empty_lines(tree: Dockerfile, instruction: Instruction) -> list[Span]:
    """The empty lines up to the last byte that says something."""
    return [Span(*match.span(1)) for match in _EMPTY.finditer(tree.data, instruction.code.start, instruction.code.end)]
