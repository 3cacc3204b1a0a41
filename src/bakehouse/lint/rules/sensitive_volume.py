"""A VOLUME lies over a directory of the system.

## What

VOLUME names `/`, `/proc`, `/sys`, `/dev`, `/etc`, `/usr`, `/bin`, `/lib`, `/boot` or a directory of the first four.

## Why

Every container gets an empty or foreign directory there: it hides what the system needs, or, mounted from the
machine, opens it to the container.

## Bad

```dockerfile
FROM debian:13
VOLUME ["/etc", "/data"]
```

## Good

```dockerfile
FROM debian:13
VOLUME ["/data"]
```

## Fix

None: what the volume is for is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="sensitive-volume", group=Group.SECURITY, severity=Severity.WARNING, aliases=("DKL-DI-0002",))
_SYSTEM = re.compile(r"/|/(?:proc|sys|dev|etc|usr|bin|sbin|lib|lib64|boot)/?|/(?:proc|sys|dev)/.*")


def check(subject: Subject) -> Iterator[Hit]:
    """Every VOLUME of a directory of the system."""
    for _, step in subject.steps_named("VOLUME"):
        for word, path in zip(step.instruction.words, step.values, strict=False):
            if _SYSTEM.fullmatch(path) and path != "/sys/fs/cgroup":
                yield Hit(
                    f"the volume hides {path} of the system", word.span, hint="keep data in a directory of its own"
                )
