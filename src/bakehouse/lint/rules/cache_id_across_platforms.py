"""Builds for several platforms share one cache of compiled files.

## What

The Dockerfile is built for several platforms, and a cache mount keeps compiled files (`target`, `node_modules`,
`build`) under the same id for all of them.

## Why

A cache mount is known by its id, which is the target path where none is given; the platform is no part of it. An
arm64 build then finds the objects of an amd64 build: at best it compiles everything again each time, at worst it
links or copies files of the wrong architecture.

## Bad

```dockerfile
FROM rust:1.79
ARG TARGETPLATFORM
RUN --mount=type=cache,target=/src/target cargo build --release
```

## Good

```dockerfile
FROM rust:1.79
ARG TARGETPLATFORM
RUN --mount=type=cache,target=/src/target,id=target-$TARGETPLATFORM cargo build --release
```

A stage on `$BUILDPLATFORM` runs on one platform only and is not looked at, nor are downloads, which package
managers keep apart themselves. "Built for several platforms" is taken from the variables that the file uses.

## Fix

Unsafe: the platform is made part of the id, and `ARG TARGETPLATFORM` is declared where it is not. The first build
after that starts with an empty cache.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert, insert_line_before
from bakehouse.dockerfile.mounts import Mount
from bakehouse.dockerfile.syntax import Flag
from bakehouse.lint.line_edits import block
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.edit import Edit

RULE = rule(
    __doc__,
    name="cache-id-across-platforms",
    group=Group.CACHE,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    needs=("--mount",),
)
_MANY = re.compile(rb"\b(?:TARGET|BUILD)(?:PLATFORM|ARCH|OS)\b")
_COMPILED = frozenset({"target", "node_modules", "build", "_build", ".build", ".venv", "venv", "obj", "bazel-out"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every cache mount of compiled files without the platform in its id."""
    if b"type=cache" not in subject.data or not _MANY.search(subject.data):
        return
    for run in subject.runs:
        if run.stage.stage.from_.flag("platform") is not None or run.instruction.trigger:
            continue
        flags = [flag for flag in run.instruction.flags if flag.name == "mount"]
        found = [
            (flag, mount)
            for flag, mount in zip(flags, run.step.mounts, strict=False)
            if mount.type == "cache"
            and not mount.from_
            and _is_compiled(mount)
            and b"TARGET" not in _raw(subject, flag)
        ]
        if not found:
            continue
        edits = [_edit(subject, flag, mount) for flag, mount in found]
        yield Hit(
            f"all platforms share the compiled files in {found[0][1].target}",
            found[0][0].span,
            hint="make the platform part of the id: id=...-$TARGETPLATFORM",
            fix=unsafe_fix("Keep platforms apart", *_declaration(subject, run), *edits),
        )


def _raw(subject: Subject, flag: Flag) -> bytes:
    return subject.data[flag.span.start : flag.span.end]


def _is_compiled(mount: Mount) -> bool:
    return mount.target.rstrip("/").rpartition("/")[2] in _COMPILED


def _declaration(subject: Subject, run: Run) -> list[Edit]:
    if "TARGETPLATFORM" in run.step.before.args:
        return []
    return [insert_line_before(subject.tree, block(subject.tree, run.instruction), "ARG TARGETPLATFORM")]


def _edit(subject: Subject, flag: Flag, mount: Mount) -> Edit | None:
    raw = _raw(subject, flag)
    if raw.endswith((b'"', b"'")):
        return None
    if not mount.id:
        name = mount.target.strip("/").replace("/", "-")
        return insert(flag.span.end, f",id={name}-$TARGETPLATFORM")
    match = re.search(rb"[=,]id=([^,]+)", raw)
    return insert(flag.span.start + match.end(), "-$TARGETPLATFORM") if match else None
