"""A label that the project does not know.

## What

`required_labels` in `[lint]` names labels, and a LABEL sets another one.

## Why

Where the set of labels is agreed on, another key is mostly a misspelt one.

## Bad

An example needs more than the file: with `required_labels = ["org.opencontainers.image.source"]` in bakehouse.toml,

```dockerfile
FROM alpine:3.20
LABEL org.opencontainers.image.sources="https://github.com/example/app"
```

## Good

```dockerfile
FROM alpine:3.20
LABEL org.opencontainers.image.source="https://github.com/example/app"
```

## Fix

None: the label may be wanted.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="label-superfluous",
    group=Group.MAINTAINABILITY,
    severity=Severity.INFO,
    aliases=("DL3050",),
    default=False,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every label that is not among the required ones; none where nothing is required."""
    known = set(subject.settings.required_labels)
    for instruction in subject.named("LABEL") if known else ():
        for pair in instruction.pairs:
            key = pair.key.text.strip("\"'")
            if key not in known and "$" not in key:
                yield Hit(f"label {key} is not one of the project's", pair.key.span)
