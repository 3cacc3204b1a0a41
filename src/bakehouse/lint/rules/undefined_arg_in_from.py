"""FROM uses a variable that no ARG before it declares.

## What

`FROM image:$TAG`, and no ARG before the first FROM declares TAG.

## Why

FROM sees only the ARGs before the first FROM, not those of a stage. Without one the variable is empty, even if the
build is given `--build-arg TAG=...`.

## Bad

```dockerfile
FROM alpine:${TAG}
ARG TAG=3.20
```

## Good

```dockerfile
ARG TAG=3.20
FROM alpine:${TAG}
```

## Fix

None: what the value should be is for the author to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from bakehouse.lint.from_variables import declared, used_without_value
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="undefined-arg-in-from",
    group=Group.CORRECTNESS,
    severity=Severity.ERROR,
    aliases=("UndefinedArgInFrom",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every such variable of every FROM."""
    used = used_without_value(subject)
    names = declared(subject) if used else frozenset()
    for _, word, missing in used:
        for name in missing:
            if name not in names:
                near = get_close_matches(name, names, n=1, cutoff=0.8)
                hint = f"did you mean ${near[0]}?" if near else f"declare ARG {name} before the first FROM"
                yield Hit(f"no ARG before the first FROM declares {name}", word.span, hint=hint)
