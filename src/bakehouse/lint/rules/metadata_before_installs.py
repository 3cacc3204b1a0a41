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

from bakehouse.dockerfile.state import StageMeaning, Step
from bakehouse.lint.costs import identifiers
from bakehouse.lint.line_edits import move_after
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.sinking import is_volatile, passed_installs
from bakehouse.lint.subject import Run, Subject

RULE = rule(__doc__, name="metadata-before-installs", group=Group.CACHE, severity=Severity.INFO, fix=FixSafety.UNSAFE)
_METADATA = frozenset({"LABEL", "EXPOSE", "CMD", "ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every ARG that only metadata uses, with installs after it."""
    if not any("$" in instruction.original for instruction in subject.named(*_METADATA)):
        return
    for stage in subject.stages:
        users = _users(stage)
        for name, (step, using) in users.items():
            if not using or any(other.instruction.name not in _METADATA for other in using):
                continue
            passed = passed_installs(subject, stage, step, [name], using)
            if passed is not None:
                yield _hit(subject, name, step, using, passed)


def _users(stage: StageMeaning) -> dict[str, tuple[Step, list[Step]]]:
    """The ARGs of a stage that declare one variable which is not volatile, and the other instructions that name it."""
    found: dict[str, tuple[Step, list[Step]]] = {}
    for step in stage.steps:
        if step.instruction.name == "ARG" and len(step.instruction.pairs) == 1 and not step.from_trigger:
            name = step.instruction.pairs[0].key.text
            if not is_volatile(name):
                found.setdefault(name, (step, []))
    if not found:
        return found
    for step in stage.steps:
        for name in identifiers(step) & found.keys():
            if step is not found[name][0]:
                found[name][1].append(step)
    return found


def _hit(subject: Subject, name: str, step: Step, using: list[Step], passed: Run) -> Hit:
    above = [other for other in using if other.instruction.span.start < passed.start]
    shared = any("$" in other.instruction.original.replace(f"${name}", "").replace(f"${{{name}", "") for other in above)
    edits = move_after(subject.tree, [step.instruction, *(other.instruction for other in above)], passed.instruction)
    return Hit(
        f"only metadata uses {name}, and the install in line {passed.instruction.start_line} comes after it",
        step.instruction.code,
        hint="declare it after the installs",
        fix=None if shared else unsafe_fix("Move the ARG and its metadata down", *edits),
    )
