"""A variable that changes with every build or release is set before the installs.

## What

An ENV such as APP_VERSION, or one that takes its value from an ARG such as GIT_SHA, stands above a RUN that installs
packages and does not need it.

## Why

The environment is part of the cache key of each RUN below. A new version then installs all packages again.

## Bad

```dockerfile
FROM debian:12
ARG GIT_SHA
ENV REVISION=$GIT_SHA
RUN apt-get update && apt-get install -y --no-install-recommends curl
```

## Good

```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends curl
ARG GIT_SHA
ENV REVISION=$GIT_SHA
```

## Fix

Unsafe: the ENV, and with it the ARG that only it uses, moves down behind the last such install, and never past an
instruction that names it or a RUN that builds something. No fix where the ENV sets other variables too.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.state import StageMeaning, Step
from bakehouse.dockerfile.syntax import Pair
from bakehouse.lint.line_edits import move_after
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.sinking import is_per_build, is_volatile, named_args, passed_installs
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="volatile-env-early", group=Group.CACHE, severity=Severity.WARNING, fix=FixSafety.UNSAFE)


def check(subject: Subject) -> Iterator[Hit]:
    """Every ENV of a volatile value that installs come after for no reason."""
    for stage, step in subject.steps_named("ENV"):
        args = _volatile_args(subject, stage, step)
        pairs = step.instruction.pairs
        volatile = [p.key.text for p in pairs if is_volatile(p.key.text) or _refers(p, args)]
        if not volatile:
            continue
        moved = [*(found for found in args.values()), step]
        names = {*(p.key.text for p in pairs), *args}
        passed = passed_installs(subject, stage, step, names, moved)
        if passed is None:
            continue
        fixable = len(volatile) == len(pairs)
        edits = move_after(subject.tree, [found.instruction for found in moved], passed.instruction)
        yield Hit(
            f"a new value of {volatile[0]} runs the install in line {passed.instruction.start_line} again",
            step.instruction.code,
            hint="set it after the installs",
            fix=unsafe_fix("Move the ENV down", *edits) if fixable else None,
            severity=Severity.WARNING if args or is_per_build(volatile[0]) else Severity.INFO,
        )


def _volatile_args(subject: Subject, stage: StageMeaning, step: Step) -> dict[str, Step]:
    """The ARGs of a volatile value that the ENV refers to."""
    return {name: found for name, found in named_args(subject, stage, step).items() if is_volatile(name)}


def _refers(pair: Pair, args: dict[str, Step]) -> bool:
    value = pair.value.text if pair.value else ""
    return any(f"${name}" in value or f"${{{name}" in value for name in args)
