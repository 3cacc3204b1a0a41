"""The whole file system of another stage is copied.

## What

`COPY --from=STAGE / /` onto a base image that has files of its own.

## Why

The layer holds everything again that the stage has, its base image, its compilers and its caches, and mixes two
file systems: package databases, users and libraries of the one end up below files of the other.

## Bad

```dockerfile
FROM golang:1.22 AS build
RUN go build -o /app .
FROM debian:12
COPY --from=build / /
```

## Good

```dockerfile
FROM golang:1.22 AS build
RUN go build -o /app .
FROM debian:12
COPY --from=build /app /app
```

Onto `scratch` it is a way to make an image of one layer, and fine; so are images of a few files that are meant to
be copied whole. Looked at are stages with RUNs of their own or from a known distribution, and such images.

## Fix

None: what the image needs is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.sources import Source, SourceKind
from bakehouse.dockerfile.state import StageMeaning
from bakehouse.lint.bases import Distribution, distribution, of_image
from bakehouse.lint.layers import destination
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="copy-entire-rootfs",
    group=Group.SIZE,
    severity=Severity.WARNING,
    aliases=("DL3067",),
    needs=("--from",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every COPY of a root onto a root."""
    for stage, step in subject.steps_named("COPY"):
        if step.instruction.flag("from") is None or destination(step) != "/":
            continue
        for source in step.sources:
            if source.context_path == "." and _is_large(subject, source) and not _is_empty(subject, stage):
                yield Hit(
                    f"all of {step.instruction.flag('from')} is copied into the image",
                    step.instruction.code,
                    hint="name the files that the image needs",
                )


def _is_empty(subject: Subject, stage: StageMeaning) -> bool:
    return distribution(stage, subject) is Distribution.SCRATCH


def _is_large(subject: Subject, source: Source) -> bool:
    """Whether the origin is a whole system, as far as can be told."""
    origin = source.origin
    small = (Distribution.UNKNOWN, Distribution.SCRATCH)
    if source.kind is SourceKind.IMAGE:
        return origin is not None and origin.image is not None and of_image(origin.image) not in small
    if source.kind is not SourceKind.STAGE or origin is None or origin.stage is None:
        return False
    stage = subject.stages[origin.stage]
    family = distribution(stage, subject)
    runs = any(step.instruction.name == "RUN" for step in stage.steps)
    return family not in small or (runs and family is not Distribution.SCRATCH)
