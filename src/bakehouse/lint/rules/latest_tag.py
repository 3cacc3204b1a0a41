"""A base image has the tag `latest`.

## What

FROM names an image as `latest`: `FROM node:latest`.

## Why

`latest` moves. A build that worked yesterday may fail, or work and ship something else; and which release is in
an image cannot be read from the file.

## Bad

```dockerfile
FROM node:latest
```

## Good

```dockerfile
FROM node:24
```

## Fix

Unsafe: for distributions and runtimes whose releases we know, the tag of the newest one is written.
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
    name="latest-tag",
    group=Group.REPRODUCIBILITY,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DL3007", "DKL-DI-0006", "CKV_DOCKER_7"),
    needs=("latest",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every FROM of an image tagged latest, unless a digest says which one."""
    for use in uses(subject, EdgeKind.BASE):
        if use.image.tag == "latest" and use.image.digest is None:
            edit = use.rename(versioned_tag(use.image, today(subject.settings)))
            yield Hit(
                f"{use.image.familiar} is another image every few weeks",
                use.span,
                hint="name a release",
                fix=unsafe_fix("Name the newest release", edit),
            )
