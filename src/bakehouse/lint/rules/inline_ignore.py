"""A comment in the file silences a rule.

## What

The file has `# bakehouse: ignore=...` or `# hadolint ignore=...`.

## Why

Some teams want all exceptions in bakehouse.toml, where they are reviewed together. Off by default.

## Bad

```dockerfile
# hadolint ignore=DL3008
FROM debian:12
```

## Good

```dockerfile
FROM debian:12
```

## Fix

None: the finding behind it has to be dealt with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="inline-ignore",
    group=Group.MAINTAINABILITY,
    severity=Severity.INFO,
    aliases=("DL1001",),
    default=False,
    needs=("ignore",),
)
_PRAGMA = re.compile(
    rb"^[ \t]*#\s*(?:hadolint\s+(?:global\s+)?ignore|bakehouse:\s*ignore(?:-file)?)\s*=[^\r\n]*", re.M | re.I
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every such comment."""
    for match in _PRAGMA.finditer(subject.data):
        yield Hit("a rule is silenced in the file", Span(*match.span()), hint="use [lint] per_file_ignores")
