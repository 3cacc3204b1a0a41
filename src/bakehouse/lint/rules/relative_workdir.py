"""A relative WORKDIR, and none before it that says from where.

## What

The first WORKDIR of a stage is a relative path.

## Why

It goes below whatever directory the base image ends with. When the base changes its own, all paths of the image move.
A relative WORKDIR below an absolute one of the same file is left alone.

## Bad

```dockerfile
WORKDIR app
```

## Good

```dockerfile
WORKDIR /app
WORKDIR src
```

## Fix

Unsafe: a slash is put before the path where the base is an official image that starts at `/`, so that the directory
is the same as now. Otherwise none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.dockerfile.mounts import clean_path
from bakehouse.lint.bases import is_windows, starts_at_root
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="relative-workdir",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DL3000", "WorkdirRelativePath"),
)
_DRIVE = re.compile(r"[A-Za-z]:|\\")


def check(subject: Subject) -> Iterator[Hit]:
    """Every relative WORKDIR below a directory that only the base image knows."""
    seen: set[int] = set()
    for stage, step in subject.steps_named("WORKDIR"):
        is_first = stage.stage.index not in seen
        seen.add(stage.stage.index)
        path = step.values[0] if step.values else ""
        if not path or path.startswith("/") or _DRIVE.match(path) or not is_first:
            continue
        if not step.certain or step.before.workdir is not None or is_windows(stage, subject):
            continue
        word = step.instruction.words[0]
        fix = None
        if starts_at_root(stage, subject) and word.text == path:
            fix = unsafe_fix("Make the path absolute", replace(word.span, clean_path(f"/{path}")))
        message = f"WORKDIR {path} goes below a directory that only the base image knows"
        yield Hit(message, word.span, hint="begin the path with /", fix=fix)
