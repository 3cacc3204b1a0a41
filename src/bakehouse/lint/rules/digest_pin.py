"""A base image has no digest.

## What

FROM names an image by tag only.

## Why

A tag can be pushed again: the same tag may be another image tomorrow. A digest cannot. The price is that updates
arrive only when somebody, or a bot, changes the digest; so the rule is off unless you ask for it.

## Bad

```dockerfile
FROM debian:13
```

## Good

```dockerfile
FROM debian:13@sha256:3d868b5eb908155f3784317b3dda2941df87bbbbaa4608f84881de66d9bb297b
```

## Fix

None here: only the registry knows the digest, and the linter asks nobody. `bakehouse bases pin`, which is to
write it, does not exist yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.stages import EdgeKind
from bakehouse.lint.images import uses
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="digest-pin", group=Group.REPRODUCIBILITY, severity=Severity.WARNING, default=False)


def check(subject: Subject) -> Iterator[Hit]:
    """Every FROM without digest."""
    for use in uses(subject, EdgeKind.BASE):
        if use.image.digest is None:
            hint = f"`docker buildx imagetools inspect {use.image.familiar}` shows it"
            yield Hit(f"{use.image.familiar} has no digest", use.span, hint=hint)
