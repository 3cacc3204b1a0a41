"""Debian's docker-clean empties the apt cache that the mount should keep.

## What

A RUN has a cache mount on `/var/cache/apt`, and the base image still has `/etc/apt/apt.conf.d/docker-clean`.

## Why

The official Debian and Ubuntu images, and all that are made from them, tell apt to delete every package as soon as
it is installed. The mount is then always empty, and every build downloads everything again.

## Bad

```dockerfile
FROM debian:12
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\
    apt-get update && apt-get install -y --no-install-recommends curl
```

## Good

```dockerfile
FROM debian:12
RUN rm -f /etc/apt/apt.conf.d/docker-clean \\
 && echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\
    apt-get update && apt-get install -y --no-install-recommends curl
```

## Fix

Unsafe: that RUN is put before the first one with such a mount. It is unsafe because the file is missing from the
image afterwards: an image built from this one without mounts keeps the packages.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert_line_before
from bakehouse.lint.bases import Distribution, distribution
from bakehouse.lint.line_edits import block
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Run, Subject

RULE = rule(
    __doc__,
    name="docker-clean-defeats-mount",
    group=Group.CACHE,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    needs=("--mount",),
)
_ARCHIVES = "/var/cache/apt/archives"
_SETTINGS = ("docker-clean", "Keep-Downloaded-Packages", "keep-cache")
_KEEP = (
    "RUN rm -f /etc/apt/apt.conf.d/docker-clean && "
    "echo 'Binary::apt::APT::Keep-Downloaded-Packages \"true\";' > /etc/apt/apt.conf.d/keep-cache"
)


def check(subject: Subject) -> Iterator[Hit]:
    """In every stage the first apt install with a cache mount that docker-clean empties."""
    done: set[int] = set()
    for run in subject.runs:
        stage = run.stage.stage.index
        if (
            stage in done
            or not _installs_into_mount(run)
            or distribution(run.stage, subject) is not Distribution.DEBIAN
        ):
            continue
        if _is_configured(subject, run):
            continue
        done.add(stage)
        root = run.step.before.user in (None, "root", "0")
        line = insert_line_before(subject.tree, block(subject.tree, run.instruction), _KEEP)
        yield Hit(
            "docker-clean empties the mounted apt cache after every install",
            run.instruction.code,
            hint="remove /etc/apt/apt.conf.d/docker-clean in a RUN before this one",
            fix=unsafe_fix("Let apt keep its packages", line) if root else None,
        )


def _installs_into_mount(run: Run) -> bool:
    mounted = any(m.type == "cache" and _ARCHIVES.startswith(m.target.rstrip("/")) for m in run.step.mounts if m.target)
    return mounted and any(call.manager == "apt-get" and call.installs for call in run.calls)


def _is_configured(subject: Subject, run: Run) -> bool:
    """Whether this RUN, or one before it in its stage or the stages below, speaks of the configuration."""
    below = {run.stage.stage.index}
    stage = run.stage.stage
    while stage.origin.stage is not None and stage.origin.stage not in below:
        stage = subject.stages[stage.origin.stage].stage
        below.add(stage.index)
    for meaning in subject.stages:
        if meaning.stage.index not in below:
            continue
        for step in meaning.steps:
            if step.instruction.span.start > run.start:
                break
            texts = (step.instruction.original, *(h.content for h in step.instruction.heredocs))
            if any(word in text for word in _SETTINGS for text in texts):
                return True
    return False
