"""A base image has neither tag nor digest.

## What

FROM names an image without saying which: `FROM debian`.

## Why

Without a tag the newest image is taken, whatever that is on the day. A build that worked yesterday may fail, or
work and ship something else.

## Bad

```dockerfile
FROM debian
```

## Good

```dockerfile
FROM debian:13
```

## Fix

Unsafe: for distributions and runtimes whose releases we know, the tag of the newest one is written. It is unsafe
because the image that was meant may be another.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.stages import EdgeKind
from bakehouse.lint.images import uses
from bakehouse.lint.releases import today, versioned_tag
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="untagged-base",
    group=Group.REPRODUCIBILITY,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DL3006",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every FROM of an image without tag and digest."""
    for use in uses(subject, EdgeKind.BASE):
        if use.image.tag is None and use.image.digest is None:
            edit = use.rename(versioned_tag(use.image, today(subject.settings)))
            yield Hit(
                f"{use.image.familiar} has no tag",
                use.span,
                hint="name a release, such as debian:13",
                fix=unsafe_fix("Name the newest release", edit),
            )
