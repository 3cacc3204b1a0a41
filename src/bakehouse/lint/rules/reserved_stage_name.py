"""A stage is called scratch or context.

## What

`FROM ... AS scratch` or `AS context`: names that BuildKit keeps for itself.

## Why

`scratch` is the empty image and `context` the build context; a stage of that name is shadowed by them, or shadows
them, depending on where it is used.

## Bad

```dockerfile
FROM alpine:3.20 AS scratch
```

## Good

```dockerfile
FROM alpine:3.20 AS base
```

## Fix

None: references to the name may mean either.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="reserved-stage-name",
    group=Group.CORRECTNESS,
    severity=Severity.ERROR,
    aliases=("DL3063", "ReservedStageName"),
)
_RESERVED = frozenset({"scratch", "context"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every stage with a reserved name."""
    for meaning in subject.stages:
        if meaning.stage.name in _RESERVED:
            message = f"{meaning.stage.name} is reserved and no name for a stage"
            yield Hit(message, meaning.stage.from_.words[2].span, hint="choose another name")
