"""Two builds may use apt's cache mount at once.

## What

A cache mount lies on apt's directories without `sharing=locked`.

## Why

apt wants its directories for itself. By default a cache mount is shared: the apt of a second build, or of another
platform or stage of the same build, waits or fails with "Could not get lock", now and then.

## Bad

```dockerfile
FROM debian:12
RUN --mount=type=cache,target=/var/cache/apt \\
    apt-get update && apt-get install -y --no-install-recommends curl
```

## Good

```dockerfile
FROM debian:12
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\
    apt-get update && apt-get install -y --no-install-recommends curl
```

`sharing=private` is fine too.

## Fix

Safe: `sharing=locked` is added to the mount; the content of the image is the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert
from bakehouse.dockerfile.mounts import Mount
from bakehouse.dockerfile.syntax import Flag
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject
from bakehouse.model.edit import Edit

RULE = rule(
    __doc__,
    name="unlocked-apt-cache",
    group=Group.CACHE,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    needs=("--mount",),
)
_PLACES = ("/var/cache/apt", "/var/lib/apt")


def check(subject: Subject) -> Iterator[Hit]:
    """Every cache mount on apt's directories that several builds share."""
    for run in subject.runs:
        flags = [flag for flag in run.instruction.flags if flag.name == "mount"]
        for flag, mount in zip(flags, run.step.mounts, strict=False):
            if mount.type == "cache" and mount.sharing in ("", "shared") and _is_apt(mount):
                yield Hit(
                    f"the cache mount on {mount.target} is not locked",
                    flag.span,
                    hint="add sharing=locked: two apt cannot share their directories",
                    fix=safe_fix("Lock the mount", _edit(subject, flag, mount)),
                )


def _is_apt(mount: Mount) -> bool:
    target = mount.target.rstrip("/")
    return any(target == place or target.startswith(place + "/") for place in _PLACES)


def _edit(subject: Subject, flag: Flag, mount: Mount) -> Edit | None:
    if subject.data[flag.span.end - 1 : flag.span.end] in (b'"', b"'"):
        return None
    if not mount.sharing:
        return insert(flag.span.end, ",sharing=locked")
    at = subject.data.find(b"sharing=shared", flag.span.start, flag.span.end)
    return Edit(at, at + len("sharing=shared"), b"sharing=locked") if at >= 0 else None
