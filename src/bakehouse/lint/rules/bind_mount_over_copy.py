"""Manifests are copied only for the install, which could mount them.

## What

A COPY brings nothing but manifests and lock files, the next RUN installs, and a later COPY brings everything.

## Why

A bind mount shows the files to the RUN without a layer for them. The cache works the same way: the RUN runs again
when one of the mounted files changes.

## Bad

```dockerfile
FROM node:20
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
```

## Good

```dockerfile
FROM node:20
WORKDIR /app
RUN --mount=type=bind,source=package.json,target=/app/package.json \\
    --mount=type=bind,source=package-lock.json,target=/app/package-lock.json \\
    npm ci
COPY . .
```

Off by default: a layer of a few kilobytes is no harm, and the COPY reads better.

## Fix

Unsafe: the COPY becomes mounts of the RUN. It is unsafe because the mounts are read-only, and an install without a
frozen lock file wants to write it.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete
from bakehouse.dockerfile.sources import SourceKind
from bakehouse.dockerfile.state import Step
from bakehouse.lint.costs import installs_only
from bakehouse.lint.installs import MANIFEST_NAMES, manifests
from bakehouse.lint.layers import copied_paths
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import add_mounts
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__, name="bind-mount-over-copy", group=Group.CACHE, severity=Severity.INFO, fix=FixSafety.UNSAFE, default=False
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every row of COPYs of manifests directly before their install, with a COPY of everything later."""
    for stage in subject.stages:
        row: list[Step] = []
        for number, step in enumerate(stage.steps):
            if _brings_manifests(step) and not step.from_trigger:
                row.append(step)
                continue
            run = subject.run_of(step)
            installs = run is not None and installs_only(run) and any(manifests(call) for call in run.calls)
            if row and run is not None and installs and any(map(_brings_everything, stage.steps[number + 1 :])):
                yield Hit(
                    "the manifests have a layer only for the install",
                    row[0].instruction.code,
                    hint="mount them: RUN --mount=type=bind,source=...,target=...",
                    fix=_fix(subject, row, run),
                )
            row = []


def _brings_manifests(step: Step) -> bool:
    if step.instruction.name != "COPY" or not step.sources:
        return False
    return all(
        source.kind is SourceKind.CONTEXT and source.context_path.rpartition("/")[2].rstrip("*") in MANIFEST_NAMES
        for source in step.sources
    )


def _brings_everything(step: Step) -> bool:
    return step.instruction.name == "COPY" and any(
        source.kind is SourceKind.CONTEXT and source.context_path == "." and not source.excludes
        for source in step.sources
    )


def _fix(subject: Subject, row: list[Step], run: Run) -> Fix | None:
    mounts: list[str] = []
    for step in row:
        copy, paths = step.instruction, list(copied_paths(step))
        plain = not any(c in source.path for source in step.sources for c in "*?[,")
        if any(flag.name != "link" for flag in copy.flags) or not plain or copy.is_json:
            return None
        if len(paths) != len(step.sources) or any(path.rpartition("/")[2] not in MANIFEST_NAMES for path in paths):
            return None
        mounts += [
            f"--mount=type=bind,source={source.context_path},target={path}"
            for source, path in zip(step.sources, paths, strict=True)
        ]
    edits = [delete(step.instruction.span) for step in row]
    return unsafe_fix("Mount the manifests", *edits, add_mounts(subject.tree, run.instruction, *mounts))
