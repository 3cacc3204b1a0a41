"""COPY --from, or a mount, takes files from the stage that it stands in.

## What

The name or the number after `--from=` (or `from=` of a mount) is that of the stage itself.

## Why

A stage cannot need itself: BuildKit refuses the build with a circular dependency. Files of the same stage are
there already; `RUN cp` copies them.

## Bad

```dockerfile
FROM alpine:3.20 AS build
COPY --from=build /src /app
```

## Good

```dockerfile
FROM alpine:3.20 AS build
FROM alpine:3.20
COPY --from=build /src /app
```

## Fix

None: the stage that was meant is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.stages import EdgeKind
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="copy-from-own-stage", group=Group.CORRECTNESS, severity=Severity.ERROR, aliases=("DL3023",))


def check(subject: Subject) -> Iterator[Hit]:
    """Every edge of a stage to itself."""
    for meaning in subject.stages:
        for edge in meaning.stage.edges:
            if edge.kind is not EdgeKind.BASE and edge.origin.stage == meaning.stage.index:
                name = "from" if edge.kind is EdgeKind.COPY else "mount"
                flags = [flag for flag in edge.instruction.flags if flag.name == name]
                message = f"stage {meaning.stage.label} takes files from itself"
                yield Hit(message, flags[0].span, hint="name another stage, or use RUN cp")
