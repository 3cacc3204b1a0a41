"""A RUN has all privileges of the machine.

## What

`RUN --security=insecure`.

## Why

The commands run without a sandbox, with the rights of BuildKit itself: as root on the machine that builds. Every
builder must allow it (`--allow security.insecure`), so most cannot build the file.

## Bad

```dockerfile
# syntax=docker/dockerfile:1
FROM debian:13
RUN --security=insecure mount -t tmpfs none /mnt
```

## Good

```dockerfile
# syntax=docker/dockerfile:1
FROM debian:13
RUN --mount=type=tmpfs,target=/mnt ls /mnt
```

## Fix

None: what the privileges are for is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="security-insecure", group=Group.SECURITY, severity=Severity.WARNING)


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN --security=insecure."""
    for run in subject.runs:
        if run.step.security == "insecure":
            flag = next(flag for flag in run.instruction.flags if flag.name == "security")
            yield Hit("the RUN is root on the machine that builds", flag.span, hint="find out which privilege it needs")
