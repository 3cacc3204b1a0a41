"""The package manager's cache stays in the image (zypper).

## What

`zypper` installs in a layer of the image, and no `zypper clean` follows in the same RUN.

## Why

Metadata and packages stay in `/var/cache/zypp`. Cleaned in a later RUN they still lie in the layer below.

## Bad

```dockerfile
FROM opensuse/leap:15.6
RUN zypper --non-interactive install nginx
```

## Good

```dockerfile
FROM opensuse/leap:15.6
RUN zypper --non-interactive install nginx && zypper clean --all
```

`rm -rf /var/cache/zypp/*` and a cache mount there are fine as well, and so is a stage that only hands files on by
COPY.

## Fix

Safe: `zypper clean --all` is added at the end of the RUN.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.cleanups import Leftover, left_behind
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="zypper-cache-left",
    group=Group.SIZE,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    aliases=("DL3036",),
    needs=("zypper",),
)
_KIND = Leftover(
    managers=("zypper",),
    directories=("/var/cache/zypp",),
    cleans=frozenset({"clean", "cc"}),
    tidy=lambda _: "zypper clean --all",
    foreign=("--root", "-R", "--installroot"),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN of a shipped layer that leaves the cache."""
    for _, call, edit in left_behind(subject, _KIND):
        yield Hit(
            "zypper leaves its cache in the layer",
            call.command.span,
            hint="end the RUN with `zypper clean --all`",
            fix=safe_fix("Add zypper clean --all", edit),
        )
