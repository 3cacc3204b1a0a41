"""A build sends very much.

## What

More than 100 MB of files go to the builder for one build. This needs more than the file: it looks into the context.

## Why

They are read, compared and sent before the first step begins, on every machine that builds; most often a data set, a
model or an archive lies among the sources.

## Bad

```dockerfile
# a directory with a data set of several hundred megabytes
FROM python:3.12-slim
COPY . .
```

## Good

```dockerfile
# the data set is left out by .dockerignore, or mounted where it is used
FROM python:3.12-slim
COPY src ./src
```

## Fix

None: what is needed is not known. The message names the largest path.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.ignore import IgnoreFileError
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Group, Hit, Severity, rule

RULE = rule(__doc__, name="large-context", group=Group.CONTEXT, severity=Severity.INFO)
MAX_BYTES = 100_000_000


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Each build that sends more than MAX_BYTES, at the source that takes most of it."""
    for build in repo.builds:
        try:
            nodes = build.view.sent
        except IgnoreFileError:
            continue
        total = sum(node.size for node in nodes)
        if total <= MAX_BYTES or not build.taken:
            continue
        largest = max(nodes, key=lambda node: node.size)
        most = max(build.taken, key=lambda taken: taken.size)
        yield Hit(
            f"{total / 1e6:.0f} MB are sent for {build.service.name}; the largest file is {largest.path}"
            f" ({largest.size / 1e6:.0f} MB)",
            most.source.span,
            hint=f"`bakehouse context {build.service.name}` shows where the bytes are",
            path=build.subject.path,
            service=build.service.name,
        )
