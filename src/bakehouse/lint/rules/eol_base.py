"""A base image's release is no longer supported.

## What

FROM names a release of a distribution or a runtime whose makers publish no more security updates, in the tag
itself (`node:16`) or as the distribution below it (`python:3.12-buster`).

## Why

Holes found from that day on stay open. Distributions also move the packages of old releases to an archive: then
`apt-get update` fails.

In the first year after the end this is worth knowing, later it is a warning. The days are compared with `as_of`
of `[lint]`, or with today. The data are the makers' own (`releases.toml` in the sources names each address).

## Bad

```dockerfile
FROM python:3.6-slim
```

## Good

```dockerfile
FROM gcr.io/distroless/static-debian13
```

## Fix

Unsafe: the nearest release that is supported is written, with the same variant, where its tag is sure to exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bakehouse.dockerfile.stages import EdgeKind
from bakehouse.lint.images import uses
from bakehouse.lint.releases import moved_tag, releases_of, today
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="eol-base",
    group=Group.REPRODUCIBILITY,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DD077",),
)
_FIRST_YEAR = timedelta(days=365)


def check(subject: Subject) -> Iterator[Hit]:
    """Every FROM of a release that has ended."""
    day = today(subject.settings)
    for use in uses(subject, EdgeKind.BASE):
        ended = [release for release in releases_of(use.image) if release.end < day]
        if not ended:
            continue
        tag = moved_tag(use.image, day)
        names = " and ".join(f"{release} (since {release.end})" for release in ended)
        yield Hit(
            f"no more security updates for {names}",
            use.span,
            hint=f"move to {use.image.familiar.rpartition(':')[0]}:{tag}" if tag else "move to a supported release",
            fix=unsafe_fix("Move to the nearest supported release", use.rename(tag)),
            severity=Severity.INFO if min(r.end for r in ended) > day - _FIRST_YEAR else None,
        )
