"""A label with the revision or the time of the build stands before the installs.

## What

A LABEL takes its value from an ARG such as BUILD_DATE or VCS_REF, and both stand above a RUN that installs packages.

## Why

The label itself costs nothing with BuildKit, but the ARG does: its value is part of the cache key of each RUN below,
so that every build installs all packages again. Builders without BuildKit run everything again after the label too.

## Bad

```dockerfile
FROM debian:12
ARG BUILD_DATE
LABEL org.opencontainers.image.created=$BUILD_DATE
RUN apt-get update && apt-get install -y --no-install-recommends curl
```

## Good

```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends curl
ARG BUILD_DATE
LABEL org.opencontainers.image.created=$BUILD_DATE
```

## Fix

Unsafe: the LABEL and the ARGs that only it uses move down behind the last such install, and never past a RUN that
builds something, which might read the ARG from its environment.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.line_edits import move_after
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.sinking import is_volatile, named_args, passed_installs
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="build-label-early", group=Group.CACHE, severity=Severity.WARNING, fix=FixSafety.UNSAFE)


def check(subject: Subject) -> Iterator[Hit]:
    """Every LABEL with a volatile ARG that installs come after."""
    for stage, step in subject.steps_named("LABEL"):
        if "$" not in step.instruction.original:
            continue
        args = named_args(subject, stage, step)
        names = list(args)
        volatile = [name for name in names if is_volatile(name)]
        moved = [*sorted(args.values(), key=lambda arg: arg.instruction.span.start), step]
        passed = passed_installs(subject, stage, step, names, moved) if volatile else None
        if passed is None:
            continue
        edits = move_after(subject.tree, [found.instruction for found in moved], passed.instruction)
        yield Hit(
            f"a new value of {volatile[0]} runs the install in line {passed.instruction.start_line} again",
            step.instruction.code,
            hint="put the label and its ARG at the end of the stage",
            fix=unsafe_fix("Move the label down", *edits),
        )
