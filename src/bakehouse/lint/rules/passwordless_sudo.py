"""A user may become root without a password.

## What

A RUN writes `NOPASSWD` to sudo's settings.

## Why

The unprivileged user is root then in all but name: a hole in the program is a hole with root's rights. In images for
development it may be what you want.

## Bad

```dockerfile
FROM debian:13
RUN echo "app ALL=(ALL) NOPASSWD:ALL" > /etc/sudoers.d/app
```

## Good

```dockerfile
FROM debian:13
RUN echo "app ALL=(root) /usr/sbin/update-ca-certificates" > /etc/sudoers.d/app
```

## Fix

None: what the user has to do as root is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="passwordless-sudo", group=Group.SECURITY, severity=Severity.INFO, needs=("sudo",))


def check(subject: Subject) -> Iterator[Hit]:
    """Every NOPASSWD that is written."""
    if b"NOPASSWD" not in subject.data:
        return
    for program in subject.programs("echo", "printf", "sed", "tee"):
        word = next((w for w in program.words[1:] if "NOPASSWD" in w.raw), None)
        if word is not None:
            yield Hit("the user is root without a password", word.span, hint="allow the one command that is needed")
