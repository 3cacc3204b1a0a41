"""A RUN makes the lock file new.

## What

A RUN calls a command whose purpose is to choose versions again: `poetry lock`, `uv lock`, `npm update`, `bundle
update`, `composer update`, `cargo update`, `go get -u`, `go mod tidy` and their like.

## Why

What was locked, reviewed and tested is thrown away; the versions of the day are built in.

## Bad

```dockerfile
FROM python:3.14
COPY pyproject.toml poetry.lock ./
RUN poetry lock && poetry install
```

## Good

```dockerfile
FROM python:3.14
COPY pyproject.toml poetry.lock ./
RUN poetry install
```

## Fix

Unsafe: the command is taken out of its chain, if it is not alone in the RUN. The build fails where the lock file is
out of date.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import remove_command
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="lock-updated-in-build",
    group=Group.REPRODUCIBILITY,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
)
_UPDATES = {
    "poetry": ("lock", "update"), "uv": ("lock",), "pipenv": ("lock", "update"), "npm": ("update", "upgrade"),
    "yarn": ("upgrade", "up"), "pnpm": ("update", "up"), "bundle": ("update", "lock"), "composer": ("update",),
    "cargo": ("update", "generate-lockfile"), "go": ("mod tidy",),
}  # fmt: skip
_ONLY_CHECKS = ("--check", "--locked", "--dry-run", "-g", "--global", "--bundler")


def check(subject: Subject) -> Iterator[Hit]:
    """Every call that chooses versions again."""
    for run, call in subject.calls(*_UPDATES):
        if _updates(call) and not call.has(*_ONLY_CHECKS):
            yield Hit(
                f"{call.program} {call.verb} chooses the versions of the day",
                call.command.span,
                hint="lock before the build, and commit the lock file",
                fix=unsafe_fix("Take it out", remove_command(subject.tree, run, call.command)),
            )


def _updates(call: PackageCall) -> bool:
    if call.manager == "go" and call.verb == "get":
        return call.has("-u") and not call.packages
    return call.verb in _UPDATES[call.manager]
