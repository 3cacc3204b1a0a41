"""A label that the project requires is missing.

## What

`required_labels` in `[lint]` names labels, and an image that the file makes does not have one of them.

## Why

Inventories, owners and dashboards find an image by its labels.

## Bad

An example needs more than the file: with `required_labels = ["org.opencontainers.image.source"]` in bakehouse.toml,

```dockerfile
FROM alpine:3.20
```

## Good

```dockerfile
FROM alpine:3.20
LABEL org.opencontainers.image.source="https://github.com/example/app"
```

## Fix

None: the value is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="label-missing", group=Group.MAINTAINABILITY, severity=Severity.WARNING, aliases=("DL3049",))


def check(subject: Subject) -> Iterator[Hit]:
    """Every required label of every image that is missing. Nothing is required unless the settings say so."""
    required = subject.settings.required_labels
    for image in subject.products if required else ():
        for name in required:
            if name not in image.end.labels:
                message = f"stage {image.stage.label} has no label {name}"
                yield Hit(message, image.stage.from_.code, hint=f"add LABEL {name}=...")
