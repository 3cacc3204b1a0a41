"""A package manager runs without a cache mount.

## What

A RUN installs packages, and the manager's download cache is not a cache mount.

## Why

Every time the layer is built again, all packages are downloaded again. With a cache mount only what is new is
downloaded, and the cache never becomes part of the image, so that no clean-up is needed either.

## Bad

```dockerfile
COPY requirements.txt .
RUN pip install -r requirements.txt
```

## Good

```dockerfile
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
```

## Fix

Unsafe: the mount is added at the place where the manager keeps its cache for the user in force; for apt both of
its directories, locked, since two apt cannot share them. It is unsafe because an image that relied on the cache
directory being there after the RUN no longer has it. No fix where the user is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.caches import mount_flags
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import add_run_flag
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="cache-mount-missing", group=Group.CACHE, severity=Severity.INFO, fix=FixSafety.UNSAFE)


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN that installs without a cache mount for the manager's cache."""
    for run in subject.runs:
        for call in run.calls:
            if not call.installs or call.has("--no-cache-dir", "--no-cache"):
                continue
            flags = mount_flags(run, call)
            if flags is None or run.has_cache_mount(*flags.targets):
                continue
            edit = add_run_flag(run.instruction, " ".join(flags.flags)) if flags.certain else None
            yield Hit(
                f"{call.program} downloads everything again whenever this layer is built",
                call.command.span,
                hint=f"add {' '.join(flags.flags)} to the RUN",
                fix=unsafe_fix("Add a cache mount", edit) if edit else None,
            )
            break
