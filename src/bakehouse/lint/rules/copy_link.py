"""A COPY depends on every layer below it for no reason.

## What

COPY or ADD is written without `--link`.

## Why

With `--link` the files become a layer of their own, which stays valid when the layers below change: after an update
of the base image nothing is copied again, and registries keep the layer.

## Bad

```dockerfile
FROM debian:12
COPY app /srv/app
```

## Good

```dockerfile
FROM debian:12
COPY --link app /srv/app
```

Off by default: `--link` does not follow symbolic links in the destination, so that the author has to know them.

## Fix

Unsafe: `--link` is added. No fix where the owner is a name, which a layer of its own cannot look up, and for a
destination that is not a plain absolute path.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.layers import destination
from bakehouse.lint.line_edits import add_flag
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="copy-link", group=Group.CACHE, severity=Severity.INFO, fix=FixSafety.UNSAFE, default=False)


def check(subject: Subject) -> Iterator[Hit]:
    """Every COPY and ADD without --link."""
    for _, step in subject.steps_named("COPY", "ADD"):
        instruction = step.instruction
        if instruction.flag("link") is not None or not step.sources:
            continue
        owner = (instruction.flag("chown") or "0").replace(":", "")
        certain = owner.isdecimal() and destination(step) is not None and step.values[-1].startswith("/")
        yield Hit(
            f"this {instruction.name} is done again whenever a layer below changes",
            instruction.keyword.span,
            hint="add --link",
            fix=unsafe_fix("Add --link", add_flag(instruction, "--link")) if certain else None,
        )
