"""The image installs with another package manager than the project uses.

## What

The directory of the package.json that is installed has the lock file of one manager (npm, yarn, pnpm, bun), and the RUN
calls another. This needs more than the file: it looks into the context.

## Why

The lock file is not read, so the image gets whatever versions are newest today, not those that were tested.

## Bad

```dockerfile
# the project has a pnpm-lock.yaml and no package-lock.json
FROM node:20
COPY . .
RUN npm install
```

## Good

```dockerfile
FROM node:20
RUN corepack enable
COPY . .
RUN pnpm install --frozen-lockfile
```

## Fix

None: the right command hangs on how the project is built.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from bakehouse.lint.contexts import Build
from bakehouse.lint.installs import LOCK_FILES
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Run

RULE = rule(__doc__, name="package-manager-mismatch", group=Group.CROSS_FILE, severity=Severity.WARNING)
_INSTALLS = frozenset({"install", "i", "ci", "clean-install", "fetch", ""})


def check_repo(repo: Repo) -> Iterator[Hit]:
    """The first install of each RUN that its directory's lock file does not belong to."""
    for build in repo.builds:
        for run in build.subject.runs:
            for call in run.calls:
                if call.manager not in LOCK_FILES or call.verb not in _INSTALLS or call.packages or call.has("-g"):
                    continue
                used = _used(build, run)
                if used and call.manager not in used:
                    lock = LOCK_FILES[used[0]][0]
                    yield Hit(
                        f"{call.program} installs, but the project is locked by {used[0]} ({lock})",
                        call.command.span,
                        hint=f"install with {used[0]}, or keep the lock file of {call.program}",
                        path=build.subject.path,
                        service=build.service.name,
                    )
                break


def _used(build: Build, run: Run) -> list[str]:
    """The managers whose lock files lie beside every package.json that was taken; none where that is not one place."""
    places = {
        posixpath.dirname(node.path)
        for taken in build.taken_before(run)
        for node in taken.nodes
        if posixpath.basename(node.path) == "package.json" and "node_modules" not in node.path
    }
    if len(places) != 1:
        return []
    directory = places.pop()
    return [
        manager
        for manager, names in LOCK_FILES.items()
        if any(build.has_file(posixpath.join(directory, name)) for name in names)
    ]
