"""A base image has a tag that names a channel or a variant, but no release.

## What

FROM names an image as `slim`, `alpine`, `lts`, `stable`, `edge` or the like.

## Why

`python:slim` is `python:latest` in other clothes: it moves from release to release just the same.

## Bad

```dockerfile
FROM python:slim
```

## Good

```dockerfile
FROM python:3.14-slim
```

## Fix

Unsafe: for runtimes whose releases we know, the newest one is put before the variant. No fix for channels
(`lts`, `stable`): which release they mean is not in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.stages import EdgeKind
from bakehouse.lint.images import uses
from bakehouse.lint.releases import today, versioned_tag
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="moving-tag",
    group=Group.REPRODUCIBILITY,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
)
_WORD = (
    r"(?:slim|alpine|lts|current|stable|oldstable|testing|unstable|sid|edge|rolling|mainline|nightly|devel|dev|main"
    r"|master|fpm|cli|apache|jdk|jre|perl|otel|debian|ubuntu)"
)
_MOVING = re.compile(rf"{_WORD}(?:-{_WORD})*")


def check(subject: Subject) -> Iterator[Hit]:
    """Every FROM whose tag is made of such words only."""
    for use in uses(subject, EdgeKind.BASE):
        tag = use.image.tag or ""
        if use.image.digest is None and _MOVING.fullmatch(tag) and "distroless" not in use.image.path:
            edit = use.rename(versioned_tag(use.image, today(subject.settings)))
            yield Hit(
                f"the tag {tag} names no release",
                use.span,
                hint=f"put the release before it, such as 3.14-{tag}" if edit else "name a release",
                fix=unsafe_fix("Name the newest release", edit),
            )
