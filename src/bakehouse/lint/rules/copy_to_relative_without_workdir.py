"""COPY to a relative path in a stage without WORKDIR.

## What

The destination of COPY or ADD is relative, the stage has no WORKDIR, and the base image is one that starts at `/`.

## Why

`COPY . .` fills the root directory of the image: files of the project stand between `/bin` and `/etc`, may overwrite
them, and change place when the base sets a WORKDIR one day. Images of your own are left alone: they may set one.

## Bad

```dockerfile
FROM node:22
COPY package.json ./
```

## Good

```dockerfile
FROM node:22
WORKDIR /app
COPY package.json ./
```

## Fix

None: the directory has to be chosen.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.bases import starts_at_root
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="copy-to-relative-without-workdir",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    aliases=("DL3045",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """The first such COPY of each stage."""
    seen: set[int] = set()
    placed: set[int | None] = set()  # stages with a WORKDIR, wherever a relative one leads
    for stage, step in subject.steps_named("COPY", "ADD", "WORKDIR"):
        if step.instruction.name == "WORKDIR" or stage.stage.origin.stage in placed:
            placed.add(stage.stage.index)
        if (
            stage.stage.index in placed
            or stage.stage.index in seen
            or step.before.workdir is not None
            or not step.values
        ):
            continue
        target, word = step.values[-1], step.instruction.words[-1]
        if target.startswith(("/", "$")) or "$" in word.text or target[1:2] == ":" or "\\" in target:
            continue
        if starts_at_root(stage, subject):
            seen.add(stage.stage.index)
            message = f"the stage has no WORKDIR, so {target} is in the root directory"
            yield Hit(message, word.span, hint="set a WORKDIR before, or write the path with its /")
