"""COPY reaches for something above the build context.

## What

A source of COPY or ADD begins with `../`.

## Why

Nothing outside the context can be copied: BuildKit drops the leading `..`, and takes what has that path inside the
context, or fails.

## Bad

```dockerfile
FROM node:20
COPY ../shared /app/shared
```

## Good

```dockerfile
# built with the directory above as its context
FROM node:20
COPY shared /app/shared
```

## Fix

None: make a directory that holds both the context, or give the other one as a named context
(`COPY --from=shared . /app/shared` with `additional_contexts`).
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.sources import SourceKind
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="copy-outside-context", group=Group.CONTEXT, severity=Severity.WARNING)


def check(subject: Subject) -> Iterator[Hit]:
    """Every source of the context whose path leads above its top."""
    for _, step in subject.steps_named("COPY", "ADD"):
        for source in step.sources:
            if source.kind is SourceKind.CONTEXT and _leads_out(source.path):
                yield Hit(
                    f"{source.path} lies above the build context, where COPY cannot reach",
                    source.span,
                    hint="choose a context that holds it, or give it as a named context",
                )


def _leads_out(path: str) -> bool:
    depth = 0
    for part in path.split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return True
    return False
