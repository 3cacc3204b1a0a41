"""The file asks for an old frontend.

## What

`# syntax=` names an experimental frontend, or a minor version of the years before 2024 (`docker/dockerfile:1.4`),
without a digest.

## Why

`experimental` stopped in 2020; what it had is in version 1. A minor version gets no corrections: `:1` is the newest
stable one, compatible with all before it.

## Bad

```dockerfile
# syntax=docker/dockerfile:experimental
FROM alpine:3.20
```

## Good

```dockerfile
# syntax=docker/dockerfile:1
FROM alpine:3.20
```

## Fix

Unsafe: the version becomes `1` (`1-labs` for labs), so another frontend reads the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__, name="syntax-directive-outdated", group=Group.BUILDKIT, severity=Severity.INFO, fix=FixSafety.UNSAFE
)
_FRONTEND = re.compile(r"((?:docker\.io/)?docker/dockerfile):([\w.-]+)\Z")
_VERSION = re.compile(r"1\.(\d+)(?:\.\d+)?(-labs)?\Z")
_OLDEST = 7
"""Minor versions below this came out before 2024."""


def check(subject: Subject) -> Iterator[Hit]:
    """The syntax directive, where it is old."""
    directive = subject.tree.directive("syntax")
    match = _FRONTEND.match(directive.value) if directive else None
    if directive is None or match is None:
        return
    version = _VERSION.match(match[2])
    is_experimental = match[2].endswith("experimental")
    if not is_experimental and (version is None or int(version[1][:6]) >= _OLDEST):
        return
    wanted = f"{match[1]}:1{(version[2] or '') if version else ''}"
    message = f"{directive.value} is an old frontend"
    before = subject.data[directive.span.start : directive.value_span.start]
    after = subject.data[directive.value_span.end : directive.span.end]
    fix = unsafe_fix(f"Use {wanted}", replace(directive.span, before + wanted.encode() + after))
    severity = Severity.WARNING if is_experimental else None
    yield Hit(message, directive.value_span, hint=f"use {wanted}", fix=fix, severity=severity)
