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

Installs of local files, and those that are told to keep no cache, are not looked at. apk has nothing worth a
mount but its index; see apk-no-cache.

## Fix

Unsafe: a mount is added for every manager in the RUN, at the place where it keeps its cache for the user in force;
for apt both of its directories, locked, since two apt cannot share them. It is unsafe because an image that relied
on the cache directory being there after the RUN no longer has it. No fix where the user's home is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.lint.bases import is_windows
from bakehouse.lint.caches import MountFlags, mount_flags
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import add_mounts
from bakehouse.lint.subject import Run, Subject

RULE = rule(__doc__, name="cache-mount-missing", group=Group.CACHE, severity=Severity.INFO, fix=FixSafety.UNSAFE)
_WITHOUT = ("--no-cache-dir", "--no-cache", "--no-index", "--offline", "--installroot", "--root", "--help", "--version")


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN that installs without a cache mount for the manager's cache."""
    for run in subject.runs:
        if not run.calls or is_windows(run.stage, subject):
            continue
        missing = list(_missing(run))
        if not missing:
            continue
        flags = tuple(dict.fromkeys(flag for _, found in missing for flag in found.flags))
        certain = all(found.certain for _, found in missing)
        programs = " and ".join(dict.fromkeys(call.program for call, _ in missing))
        yield Hit(
            f"{programs} downloads everything again whenever this layer is built",
            missing[0][0].command.span,
            hint=f"add {' '.join(flags)} to the RUN",
            fix=unsafe_fix("Add a cache mount", add_mounts(subject.tree, run.instruction, *flags)) if certain else None,
        )


def _missing(run: Run) -> Iterator[tuple[PackageCall, MountFlags]]:
    """The calls that have no mount for their cache, with the mounts they want."""
    for call in run.calls:
        if not call.installs or call.has(*_WITHOUT) or _is_local(call):
            continue
        flags = mount_flags(run, call)
        if flags is not None and not run.has_cache_mount(*flags.targets):
            yield call, flags


def _is_local(call: PackageCall) -> bool:
    """Whether all that is installed lies there already."""
    names = [package.word.static for package in call.packages]
    return bool(names) and not call.options and all(name.startswith(("./", "/", ".")) for name in names)
