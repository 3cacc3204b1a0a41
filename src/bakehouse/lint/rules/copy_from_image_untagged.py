"""Files are copied from an image without a release.

## What

`COPY --from` or a mount takes files from an image that has no tag, or `latest`.

## Why

What is copied is another program every few weeks, without a line of the Dockerfile changing.

## Bad

```dockerfile
FROM python:3.14-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
```

## Good

```dockerfile
FROM python:3.14-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.5 /uv /bin/
```

## Fix

Unsafe: only for distributions and runtimes whose releases we know; the tag of the newest one is written.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.imageref import ImageRef
from bakehouse.dockerfile.stages import EdgeKind
from bakehouse.lint.bases import Distribution, of_image
from bakehouse.lint.images import uses
from bakehouse.lint.releases import today, versioned_tag
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="copy-from-image-untagged",
    group=Group.REPRODUCIBILITY,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
)
_TOOLS = frozenset({"busybox", "caddy", "composer", "docker", "maven", "gradle", "traefik", "vault", "consul", "swift"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every COPY --from and mount of an image without tag, or tagged latest, and without digest."""
    for use in uses(subject, EdgeKind.COPY, EdgeKind.MOUNT):
        if use.image.tag in (None, "latest") and use.image.digest is None and not _may_be_context(use.image):
            edit = use.rename(versioned_tag(use.image, today(subject.settings)))
            yield Hit(
                f"files come from {use.image.familiar}, whichever release that is",
                use.span,
                hint="name a release",
                fix=unsafe_fix("Name the newest release", edit),
            )


def _may_be_context(image: ImageRef) -> bool:
    """Whether a bare name is more likely a named context of a bake file (or a stage that is missing)."""
    name = image.path.removeprefix("library/")
    bare = image.registry == "docker.io" and "/" not in name and image.tag is None
    return bare and name not in _TOOLS and of_image(image) is Distribution.UNKNOWN
