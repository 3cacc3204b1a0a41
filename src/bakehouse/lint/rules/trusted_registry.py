"""An image comes from a registry that is not trusted.

## What

FROM, `COPY --from` or a mount takes an image from a registry that `trusted_registries` of `[lint]` does not name.
This needs more than the file: without that list every registry is trusted. Entries are registries (`docker.io`,
`*.example.com`) or the beginning of a name (`ghcr.io/our-company/`).

## Why

A base image is code that runs with yours. Where it may come from is a decision, not a habit.

## Bad

```dockerfile
FROM somewhere.example/base:1
```

## Good

```dockerfile
FROM registry.example.com/base:1
```

## Fix

None: which image to take instead is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from bakehouse.dockerfile.imageref import ImageRef
from bakehouse.dockerfile.stages import EdgeKind
from bakehouse.lint.images import uses
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="trusted-registry", group=Group.SECURITY, severity=Severity.WARNING, aliases=("DL3026",))


def check(subject: Subject) -> Iterator[Hit]:
    """Every image of another registry."""
    trusted = subject.settings.trusted_registries
    if not trusted:
        return
    for use in uses(subject, *EdgeKind):
        if not _is_trusted(use.image, trusted):
            hint = f"take it from {', '.join(trusted)}, or add it to trusted_registries"
            yield Hit(f"{use.image.registry} is not a trusted registry", use.span, hint=hint)


def _is_trusted(image: ImageRef, trusted: Iterable[str]) -> bool:
    return any(
        image.name.startswith(entry.rstrip("*")) if "/" in entry else fnmatchcase(image.registry, entry)
        for entry in trusted
    )
