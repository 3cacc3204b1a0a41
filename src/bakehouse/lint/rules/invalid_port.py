"""EXPOSE has no valid port.

## What

A port over 65535, a range that ends before it begins, an unknown protocol, or a word that is no port.

## Why

BuildKit refuses the build, after all that stands before it has been built.

## Bad

```dockerfile
EXPOSE 80800
```

## Good

```dockerfile
EXPOSE 8080
```

## Fix

None: the port that was meant is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="invalid-port", group=Group.CORRECTNESS, severity=Severity.ERROR, aliases=("DL3011",))
_PORT = re.compile(r"(?:.*:)?(\d+)(?:-(\d+))?(?:/(\w+))?\Z")
_PROTOCOLS = frozenset({"tcp", "udp", "sctp"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every port that BuildKit refuses; words with variables are passed over."""
    for instruction in subject.named("EXPOSE"):
        for word in instruction.words:
            text = word.text.strip("\"'")
            reason = None if "$" in text else _reason(text)
            if reason is not None:
                yield Hit(f"{text} {reason}", word.span, hint="a port is a number from 0 to 65535")


def _reason(text: str) -> str | None:
    match = _PORT.match(text)
    if match is None:
        return "is no port"
    first, last = int(match[1][:9]), int((match[2] or match[1])[:9])
    if max(first, last) > 65535:
        return "is more than 65535"
    if last < first:
        return "ends before it begins"
    if match[3] and match[3].lower() not in _PROTOCOLS:
        return f"has the unknown protocol {match[3]}"
    return None
