"""The protocol of EXPOSE is in upper case.

## What

`EXPOSE 80/TCP`.

## Why

BuildKit writes it in lower case and warns about it.

## Bad

```dockerfile
EXPOSE 80/TCP
```

## Good

```dockerfile
EXPOSE 80/tcp
```

## Fix

Safe: the protocol is written in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="expose-proto-casing",
    group=Group.BUILDKIT,
    severity=Severity.STYLE,
    fix=FixSafety.SAFE,
    aliases=("ExposeProtoCasing",),
)
_PROTOCOL = re.compile(r"(?<=/)[A-Za-z]+\Z")


def check(subject: Subject) -> Iterator[Hit]:
    """Every such port."""
    for instruction in subject.named("EXPOSE"):
        for word in instruction.words:
            match = _PROTOCOL.search(word.text)
            if match is not None and not match[0].islower():
                wanted = word.text[: match.start()] + match[0].lower()
                fix = safe_fix(f"Write {wanted}", replace(word.span, wanted))
                yield Hit(f"protocol {match[0]} is not in lower case", word.span, fix=fix)
