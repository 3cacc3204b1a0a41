"""The package manager's cache stays in the image (dnf, yum, microdnf).

## What

`dnf`, `yum`, `microdnf` or `tdnf` installs in a layer of the image, and no `clean all` follows in the same RUN.

## Why

Metadata and packages stay below `/var/cache`: often more than what was installed. Cleaned in a later RUN they
still lie in the layer below.

## Bad

```dockerfile
FROM fedora:40
RUN dnf install -y nginx
```

## Good

```dockerfile
FROM fedora:40
RUN dnf install -y nginx && dnf clean all
```

`rm -rf /var/cache/dnf` (or `yum`) and a cache mount there are fine as well, and so is a stage that only hands
files on by COPY.

## Fix

Safe: `clean all` of the same program is added at the end of the RUN.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.cleanups import Leftover, left_behind
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="yum-cache-left",
    group=Group.SIZE,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    aliases=("DL3032", "DL3040"),
    needs=("yum", "dnf"),
)
_KIND = Leftover(
    managers=("yum",),
    directories=("/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/tdnf"),
    cleans=frozenset({"clean"}),
    tidy=lambda call: f"{call.program} clean all",
    foreign=("--installroot",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN of a shipped layer that leaves the cache."""
    for _, call, edit in left_behind(subject, _KIND):
        yield Hit(
            f"{call.program} leaves its cache in the layer",
            call.command.span,
            hint=f"end the RUN with `{call.program} clean all`",
            fix=safe_fix(f"Add {call.program} clean all", edit),
        )
