"""BuildKit reads the file and refuses to build it.

## What

The syntax is right, but what it says cannot be built: a stage that needs itself, an index that no stage has, a COPY
from an address, a mount that makes no sense, a variable that must be set.

## Why

The build stops, some of it after the stages before have been built.

## Bad

```dockerfile
FROM alpine:3.20
COPY https://example.com/app.tar.gz /app/
```

## Good

```dockerfile
FROM alpine:3.20
ADD https://example.com/app.tar.gz /app/
```

## Fix

None: what the author meant is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.syntax import Problem
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="invalid-build", group=Group.CORRECTNESS, severity=Severity.ERROR)


def check(subject: Subject) -> Iterator[Hit]:
    """Every problem of the build with the defaults of all arguments, but those that other rules report."""
    own = {m.stage.label for m in subject.stages if m.stage.index in m.stage.needs}
    for problem in _problems(subject):
        if "$" in subject.tree.text(problem.span) and "circular" not in problem.message:
            continue  # an argument of the build may make it right
        if any(problem.message.endswith(f": {label}") for label in own):
            continue  # copy-from-own-stage
        hint = f"expected {problem.expected}" if problem.expected else ""
        yield Hit(problem.message, problem.span, hint=hint)


def _problems(subject: Subject) -> list[Problem]:
    found = [*subject.meaning.graph.problems, *(p for stage in subject.stages for p in stage.problems)]
    return sorted(set(found), key=lambda problem: problem.span)
