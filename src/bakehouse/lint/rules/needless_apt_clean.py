"""`apt-get clean` in an image that does it by itself.

## What

A RUN on an official Debian or Ubuntu image ends with `apt-get clean`.

## Why

These images are configured (`docker-clean`) to delete each package when it is installed, so that there is nothing
to clean. What stays is `/var/lib/apt/lists`, which `clean` does not touch.

## Bad

```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl && apt-get clean && rm -rf /var/lib/apt/lists/*
```

## Good

```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
```

## Fix

Safe: the command goes. No fix where it is the only command of the RUN.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.bases import Distribution, distribution, root_image
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.run_edits import remove_command
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="needless-apt-clean", group=Group.SIZE, severity=Severity.STYLE, fix=FixSafety.SAFE)


def check(subject: Subject) -> Iterator[Hit]:
    """Every apt-get clean where docker-clean is at work."""
    if b"docker-clean" in subject.data or b"Keep-Downloaded-Packages" in subject.data:
        return
    for run, call in subject.calls("apt-get"):
        if call.verb not in ("clean", "autoclean") or run.has_cache_mount("/var/cache/apt"):
            continue
        image = root_image(run.stage, subject)
        official = image is not None and image.registry == "docker.io" and image.path.startswith("library/")
        if not official or distribution(run.stage, subject) is not Distribution.DEBIAN:
            continue
        yield Hit(
            f"{call.program} {call.verb} has nothing to do: the base image cleans after every install",
            call.command.span,
            hint="leave it out",
            fix=safe_fix(f"Drop {call.program} {call.verb}", remove_command(subject.tree, run, call.command)),
        )
