"""EXPOSE has an address or a port of the host.

## What

`EXPOSE 8080:80` or `EXPOSE 127.0.0.1:80:80`.

## Why

EXPOSE says which ports the container listens on. Addresses and ports of the host belong to `docker run -p`; BuildKit
drops them with a warning and says that they will become errors.

## Bad

```dockerfile
EXPOSE 8080:80
```

## Good

```dockerfile
EXPOSE 80
```

## Fix

Safe: only the container's port is kept, which is what BuildKit does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="expose-invalid-format",
    group=Group.BUILDKIT,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    aliases=("ExposeInvalidFormat",),
)
_MAPPING = re.compile(r"[^$]*:(\d+(?:-\d+)?(?:/\w+)?)\Z")


def check(subject: Subject) -> Iterator[Hit]:
    """Every port with something of the host."""
    for instruction in subject.named("EXPOSE"):
        for word in instruction.words:
            match = _MAPPING.match(word.text)
            if match is not None:
                fix = safe_fix(f"Write {match[1]}", replace(word.span, match[1]))
                message = f"{word.text} names a port or an address of the host"
                yield Hit(message, word.span, hint=f"the container's port is {match[1]}", fix=fix)
