"""A build argument that only metadata uses is declared before the installs.

## What

An ARG is used by LABEL, EXPOSE, CMD, ENTRYPOINT, HEALTHCHECK or STOPSIGNAL only, and stands above a RUN that installs
packages.

## Why

With BuildKit such instructions cost nothing, wherever they stand; the ARG is what does: its value is part of the
cache key of each RUN below, used or not. Another port, or another title, then installs all packages again.

## Bad

```dockerfile
FROM debian:12
ARG PORT=8080
EXPOSE $PORT
RUN apt-get update && apt-get install -y --no-install-recommends nginx
```

## Good

```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends nginx
ARG PORT=8080
EXPOSE $PORT
```

Values that change with every build are the business of volatile-arg-early and build-label-early.

## Fix

Unsafe: the ARG and the metadata above the last such install that uses it move down behind it, and never past a RUN
that builds something, which might read the ARG from its environment.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.costs import uses
from bakehouse.lint.line_edits import move_after
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.sinking import is_volatile, passed_installs
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="metadata-before-installs", group=Group.CACHE, severity=Severity.INFO, fix=FixSafety.UNSAFE)
_METADATA = frozenset({"LABEL", "EXPOSE", "CMD", "ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every ARG that only metadata uses, with installs after it."""
    texts = [instruction.original for instruction in subject.named(*_METADATA) if "$" in instruction.original]
    for stage, step in subject.steps_named("ARG") if texts else ():
        pairs = step.instruction.pairs
        if len(pairs) != 1 or is_volatile(pairs[0].key.text):
            continue
        name = pairs[0].key.text
        if not any(name in text for text in texts):
            continue
        using = [other for other in stage.steps if other is not step and uses(other, [name])]
        if not using or any(other.instruction.name not in _METADATA for other in using):
            continue
        passed = passed_installs(subject, stage, step, [name], using)
        if passed is None:
            continue
        above = [other for other in using if other.instruction.span.start < passed.start]
        shared = any(
            "$" in other.instruction.original.replace(f"${name}", "").replace(f"${{{name}", "") for other in above
        )
        edits = move_after(
            subject.tree, [step.instruction, *(other.instruction for other in above)], passed.instruction
        )
        yield Hit(
            f"only metadata uses {name}, and the install in line {passed.instruction.start_line} comes after it",
            step.instruction.code,
            hint="declare it after the installs",
            fix=None if shared else unsafe_fix("Move the ARG and its metadata down", *edits),
        )
