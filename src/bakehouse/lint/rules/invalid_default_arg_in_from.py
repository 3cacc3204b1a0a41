"""FROM is no valid image unless the build is given an argument.

## What

FROM uses an ARG without a default, and without it the image's name is empty or not valid.

## Why

`docker build .` fails, and so does every tool that reads the file without knowing which arguments it wants.

## Bad

```dockerfile
ARG TAG
FROM alpine:${TAG}
```

## Good

```dockerfile
ARG TAG=3.20
FROM alpine:${TAG}
```

## Fix

None: the default is for the author to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.imageref import ImageRefError, parse_image
from bakehouse.lint.from_variables import declared, used_without_value
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="invalid-default-arg-in-from",
    group=Group.CORRECTNESS,
    severity=Severity.INFO,
    aliases=("InvalidDefaultArgInFrom",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every FROM whose image is not valid with the defaults; arguments that the services give count as defaults."""
    given = {name for service in subject.services for name in service.args}
    used = used_without_value(subject)
    names = declared(subject) if used else frozenset()
    for stage, word, missing in used:
        absent = [name for name in missing if name in names and name not in given]
        if absent and word is stage.from_.words[0] and not _is_valid(stage.base):
            message = f"without {absent[0]} the image is {stage.base!r}, which is no image"
            yield Hit(message, word.span, hint=f"give ARG {absent[0]} a default")


def _is_valid(base: str) -> bool:
    try:
        parse_image(base)
    except ImageRefError:
        return False
    return bool(base)
