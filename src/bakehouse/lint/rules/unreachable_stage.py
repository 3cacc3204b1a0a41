"""A stage that no image needs.

## What

No later stage starts or copies from the stage, and nothing can build it: it has no name, or the services that are
built from this Dockerfile all have other targets.

## Why

BuildKit skips it, so nothing checks it any more; readers take it for part of the image, and tools without BuildKit
(the classic builder, kaniko by default) build it each time.

## Bad

```dockerfile
FROM golang:1.22
RUN go build -o /app .
FROM debian:12
COPY app /app
```

## Good

```dockerfile
FROM golang:1.22 AS build
RUN go build -o /app .
FROM debian:12
COPY --from=build /app /app
```

A stage with a name can be built with `--target`. It is looked at only where services are built from the file and
each of them names a target, and not if it is called dev, test, lint or the like.

## Fix

Unsafe: the stage goes, with its comments. No fix where stages are used by number.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.state import StageMeaning
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject
from bakehouse.model.edit import Edit

RULE = rule(__doc__, name="unreachable-stage", group=Group.SIZE, severity=Severity.WARNING, fix=FixSafety.UNSAFE)
_BY_HAND = (
    "dev",
    "test",
    "lint",
    "check",
    "ci",
    "debug",
    "docs",
    "bench",
    "export",
    "artifact",
    "validate",
    "vendor",
    "update",
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every stage that no image of the file needs."""
    if len(subject.stages) < 2:
        return
    reached = {stage.index for image in subject.images for stage in subject.meaning.graph.reach(image.stage)}
    needed = {index for stage in subject.stages for index in stage.stage.needs}
    for stage in subject.stages:
        index = stage.stage.index
        if index in reached or index in needed or not _is_unwanted(subject, stage):
            continue
        edit = _edit(subject, stage)
        yield Hit(
            f"nothing needs stage {stage.stage.name or index}",
            stage.stage.from_.code,
            hint="remove it, or use it with COPY --from",
            fix=unsafe_fix("Remove the stage", edit) if edit else None,
        )


def _is_unwanted(subject: Subject, stage: StageMeaning) -> bool:
    name = stage.stage.name
    if name is None:
        return True
    targets = [service.target for service in subject.services]
    return bool(targets) and all(targets) and not any(word in name for word in _BY_HAND)


def _edit(subject: Subject, stage: StageMeaning) -> Edit | None:
    """Take out everything from the stage's FROM, and the comments above it, to its last instruction."""
    numbered = any((i.flag("from") or "").isdecimal() for i in subject.named("COPY"))
    last = stage.stage.instructions[-1] if stage.stage.instructions else stage.stage.from_
    if numbered or stage is subject.stages[-1] or b"from=0" in subject.data:
        return None
    following = subject.stages[stage.stage.index + 1].stage.from_
    span = Span(stage.stage.from_.span.start, last.span.end)
    gap = subject.data[span.end : following.span.start]
    return Edit(span.start, following.span.start if not gap.strip() else span.end)
