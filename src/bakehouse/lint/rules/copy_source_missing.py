"""COPY names something that is not in the build context.

## What

A source of COPY, ADD or of a bind mount does not exist in the context that a compose file or bakehouse.toml gives.
This needs more than the file: it looks into the context.

## Why

The build fails at that step. Often a path is written as seen from the Dockerfile's directory while the context is
another one.

## Bad

```dockerfile
# api/Dockerfile, built with the repository's root as its context
FROM node:20
COPY package.json ./
```

## Good

```dockerfile
FROM node:20
COPY api/package.json ./
```

## Fix

None: what was meant is not known. The hint names a file of that name elsewhere in the context, if there is one.
Sources that read like build products (`dist/`, `target/*.jar`) are left out: they may be made before the build.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from bakehouse.lint.contexts import Build, is_build_product
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.workspace.context_selection import Taken

RULE = rule(__doc__, name="copy-source-missing", group=Group.CONTEXT, severity=Severity.ERROR)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Every source that nothing in the context answers to, in builds whose context somebody configured."""
    for build in repo.builds:
        for taken in build.taken if build.certain else ():
            if taken.problem is None or _exists(build, taken) or is_build_product(taken.source):
                continue
            yield Hit(
                f"{taken.source.path} is not in the build context {build.service.context}",
                taken.source.span,
                hint=_hint(build, taken),
                path=build.subject.path,
                service=build.service.name,
            )


def _exists(build: Build, taken: Taken) -> bool:
    """Whether the path is there and only ignored: another rule says so."""
    return build.view.tree.node(taken.source.context_path) is not None


def _hint(build: Build, taken: Taken) -> str:
    directory = posixpath.dirname(build.subject.path)
    beside = posixpath.relpath(posixpath.join(directory, taken.source.context_path), build.service.context)
    if not beside.startswith("..") and build.view.tree.node(beside) is not None:
        return f"it lies beside the Dockerfile: write {beside}, for paths start at the context"
    return "correct the path, or the context of the service"
