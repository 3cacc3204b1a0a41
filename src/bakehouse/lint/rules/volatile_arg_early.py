"""A build argument that changes with every build is declared before the installs.

## What

An ARG such as GIT_SHA, BUILD_DATE or VERSION stands above a RUN that installs packages and does not need it.

## Why

The value of every declared ARG is part of the cache key of each RUN below it, whether the RUN uses it or not. A new
commit then installs all packages again.

## Bad

```dockerfile
FROM debian:12
ARG GIT_SHA
RUN apt-get update && apt-get install -y --no-install-recommends curl
RUN echo "$GIT_SHA" > /version
```

## Good

```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends curl
ARG GIT_SHA
RUN echo "$GIT_SHA" > /version
```

## Fix

Unsafe: the ARG moves down behind the last such install, and never past an instruction that names it or a RUN that
builds something and might read it from its environment. It is unsafe because an installer might read it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.line_edits import move_after
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.sinking import is_per_build, is_volatile, passed_installs
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="volatile-arg-early", group=Group.CACHE, severity=Severity.WARNING, fix=FixSafety.UNSAFE)


def check(subject: Subject) -> Iterator[Hit]:
    """Every ARG of a volatile value that installs come after for no reason."""
    for stage, step in subject.steps_named("ARG"):
        names = [pair.key.text for pair in step.instruction.pairs]
        volatile = [name for name in names if is_volatile(name)]
        passed = passed_installs(subject, stage, step, names) if volatile else None
        if passed is None:
            continue
        line = passed.instruction.start_line
        yield Hit(
            f"a new value of {volatile[0]} runs the install in line {line} again, which does not use it",
            step.instruction.code,
            hint="declare it after the installs",
            fix=unsafe_fix("Move the ARG down", *move_after(subject.tree, [step.instruction], passed.instruction)),
            severity=Severity.WARNING if is_per_build(volatile[0]) else Severity.INFO,
        )
