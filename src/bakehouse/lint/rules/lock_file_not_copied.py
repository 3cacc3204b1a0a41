"""An install runs before its lock file is there.

## What

A command that needs a lock file or a list of requirements (`npm ci`, `pip install -r`, `poetry install`, ...) runs in a
stage that has not taken that file from anywhere. This needs more than the file: it looks into the context.

## Why

The step fails, or, worse, installs whatever is newest today.

## Bad

```dockerfile
FROM node:20
COPY package.json ./
RUN npm ci
```

## Good

```dockerfile
FROM node:20
COPY package.json package-lock.json ./
RUN npm ci
```

## Fix

Unsafe: where the manifest is copied by its name and the lock file lies beside it, its name is added to that COPY.
Stages that take files from other stages, images or the network before are left out: the file may come from there.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert
from bakehouse.dockerfile.sources import SourceKind
from bakehouse.lint.contexts import Build
from bakehouse.lint.installs import Need, need
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Run
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="lock-file-not-copied",
    group=Group.CROSS_FILE,
    severity=Severity.ERROR,
    fix=FixSafety.UNSAFE,
)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """The first install of each RUN whose file nothing brought."""
    for build in repo.builds:
        for run in build.subject.runs if build.certain else ():
            wanted = next((found for call in run.calls if (found := need(call)) is not None), None)
            if wanted is None or not _only_context(build, run) or _mentioned(build, wanted):
                continue
            have = {posixpath.basename(n.path) for taken in build.taken_before(run) for n in taken.nodes}
            if not have or any(name in have for name in wanted.names) or _doubtful(build, run):
                continue
            yield Hit(
                f"{wanted.call.program} {wanted.call.verb} needs {wanted.names[0]}, and nothing before it brings one",
                wanted.call.command.span,
                hint=f"COPY {wanted.names[0]} before it",
                fix=_fix(build, run, wanted),
                path=build.subject.path,
                service=build.service.name,
            )


def _only_context(build: Build, run: Run) -> bool:
    """Whether the stage, with its base stages, has taken files from the context alone."""
    stages = build.subject.stages
    index: int | None = run.stage.stage.index
    while index is not None:
        for source in stages[index].sources:
            if source.kind not in (SourceKind.CONTEXT, SourceKind.HEREDOC):
                return False
        if stages[index].stage.triggers:
            return False
        last, index = stages[index].stage, stages[index].stage.origin.stage
    image = last.origin.image
    return image is not None and image.registry == "docker.io" and image.path.startswith("library/")


def _doubtful(build: Build, run: Run) -> bool:
    return any(taken.whole or taken.problem for taken in build.taken_before(run))


def _mentioned(build: Build, wanted: Need) -> bool:
    """Whether an earlier command of the file may have made the file: it names it, or fetches sources."""
    for other in build.subject.runs:
        for command in other.script.commands:
            if command.span.start >= wanted.call.command.span.start:
                break
            words = [word.static for word in command.words] + [word.static for word in command.redirects]
            if command.name in ("git", "curl", "wget", "tar", "unzip", "cp", "mv", "ln"):
                return True
            if any(name in word for word in words for name in wanted.names):
                return True
    return False


def _fix(build: Build, run: Run, wanted: Need) -> Fix | None:
    """Name the lock file beside its manifest, where that is copied by its name into a directory."""
    for taken in build.taken_before(run):
        source, name = taken.source, posixpath.basename(taken.source.path)
        if name not in wanted.manifests or source.is_mount or source.instruction.is_json:
            continue
        words = source.instruction.words
        into_directory = words[-1].text.endswith("/") or words[-1].text in (".", "./") or len(words) > 2
        lock = posixpath.join(posixpath.dirname(source.path), wanted.names[0])
        node = build.view.tree.node(posixpath.normpath(lock))
        if into_directory and node is not None and build.view.tree.present(node):
            return unsafe_fix(f"Copy {lock} too", insert(source.span.end, f" {lock}"))
    return None
