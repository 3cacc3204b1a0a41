"""The key of a label has a form that Docker advises against.

## What

A key with upper-case letters or characters other than a-z, 0-9, `.`, `-`, `_` and `/`, that begins or ends with one of
those signs, or that lies in a namespace reserved by Docker.

## Why

Docker's guidelines for label keys; labels with other keys are missed by filters, and `com.docker.*`, `io.docker.*` and
`org.dockerproject.*` are for Docker's own use.

## Bad

```dockerfile
LABEL com.example.Build_Nr!="17"
```

## Good

```dockerfile
LABEL com.example.build-nr="17"
```

## Fix

None: what reads the label knows it by its key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="label-key",
    group=Group.MAINTAINABILITY,
    severity=Severity.STYLE,
    aliases=("DL3048",),
    default=False,
)
_KEY = re.compile(r"[a-z](?:[a-z0-9]|[._/-](?![._/-]))*(?<![._/-])\Z")
_RESERVED = re.compile(r"(?:com\.docker|io\.docker|org\.dockerproject)\.")
_DOCKER_OWN = re.compile(r"com\.docker\.(?:desktop\.extension|extension|compose|image)\.")


def check(subject: Subject) -> Iterator[Hit]:
    """Every such key; keys with variables are passed over."""
    for instruction in subject.named("LABEL"):
        for pair in instruction.pairs:
            key = pair.key.text.strip("\"'")
            if "$" in key:
                continue
            if not _KEY.match(key):
                yield Hit(f"label key {key} has an unusual form", pair.key.span, hint="use a-z, 0-9 and single . - _")
            elif _RESERVED.match(key) and not _DOCKER_OWN.match(key):
                yield Hit(f"label key {key} is in a namespace of Docker's", pair.key.span, hint="use your own domain")
