"""BuildKit refuses the file.

## What

The parser or the instruction layer of BuildKit does not accept the Dockerfile, so no build of it can begin.
Every problem is reported with its place; other rules are silent until the file can be read.

## Bad

```dockerfile
FROM alpine:3.20
COPY app.py
```

## Good

```dockerfile
FROM alpine:3.20
COPY app.py /app/
```

## Fix

None: what the author meant is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="syntax-error",
    group=Group.CORRECTNESS,
    severity=Severity.ERROR,
    aliases=("DL1000", "DL3043", "DL3061"),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every problem of the tree."""
    for problem in subject.tree.errors:
        hint = f"expected {problem.expected}" if problem.expected else ""
        yield Hit(problem.message, problem.span, hint=hint)
