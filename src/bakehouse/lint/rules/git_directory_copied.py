"""The repository's history is copied into the image.

## What

A COPY or ADD names `.git` in a stage that is shipped.

## Why

The history is often larger than the program, it changes with every commit, so that nothing after it is ever cached,
and it gives away all that was ever committed.

## Bad

```dockerfile
FROM python:3.12-slim
COPY .git /app/.git
RUN git -C /app describe > /app/version
```

## Good

```dockerfile
FROM python:3.12-slim
RUN --mount=type=bind,source=.git,target=/app/.git git -C /app describe > /version
```

A build argument with the revision is simpler still. A stage that only hands files on by COPY is not looked at.

## Fix

None: what reads the history is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.sources import SourceKind
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="git-directory-copied", group=Group.SIZE, severity=Severity.WARNING, needs=(".git", "git"))


def check(subject: Subject) -> Iterator[Hit]:
    """Every COPY of .git from the context into a shipped layer."""
    if b".git" not in subject.data:
        return
    for stage, step in subject.steps_named("COPY", "ADD"):
        for source in step.sources:
            inside = source.context_path == ".git" or source.context_path.endswith("/.git")
            if source.kind is SourceKind.CONTEXT and inside and stage.stage.index in subject.shipped:
                yield Hit(
                    "the repository's history becomes part of the image",
                    source.span,
                    hint="mount it where it is read: RUN --mount=type=bind,source=.git,...",
                )
