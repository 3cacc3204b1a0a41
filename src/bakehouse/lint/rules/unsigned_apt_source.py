"""An apt source does not say which key signs it.

## What

A RUN writes a `deb` line of a repository other than the distribution's own without `signed-by=`, to a file or through
`add-apt-repository`.

## Why

Without it the packages may be signed by any key that the system trusts; and a key put where all sources trust it may
sign packages of Debian itself.

## Bad

```dockerfile
FROM debian:12
RUN echo "deb https://example.com/apt stable main" > /etc/apt/sources.list.d/example.list
```

## Good

```dockerfile
FROM debian:12
RUN echo "deb [signed-by=/etc/apt/keyrings/example.asc] https://example.com/apt stable main" \\
    > /etc/apt/sources.list.d/example.list
```

## Fix

None: where the key lies is not certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="unsigned-apt-source", group=Group.SECURITY, severity=Severity.INFO)
_SOURCE = re.compile(r"[\"']?\s*deb(?:-src)?\s+(\[[^\]]*\]\s+)?https?://([^/\s]+)")
_OWN = re.compile(r"(?:[\w.-]+\.)?(?:debian\.(?:org|net)|ubuntu\.com|canonical\.com|kali\.org|raspbian\.org)\Z")


def check(subject: Subject) -> Iterator[Hit]:
    """Every deb line of another repository without signed-by."""
    for program in subject.programs("echo", "printf", "add-apt-repository", "apt-add-repository"):
        for word in program.words[1:]:
            found = _SOURCE.match(word.raw)
            if found and "signed-by" not in (found[1] or "") and not _OWN.match(found[2]):
                message = f"the packages of {found[2]} may be signed with any key"
                yield Hit(message, word.span, hint="add [signed-by=/etc/apt/keyrings/NAME.asc]")
                break
