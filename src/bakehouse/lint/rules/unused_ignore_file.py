"""An ignore file lies where no build looks for it.

## What

A `.dockerignore` stands beside a Dockerfile, but the build's context is another directory, so it is not read. This
needs more than the file: it needs the service's context.

## Why

BuildKit reads `<name of the Dockerfile>.dockerignore` beside the Dockerfile, else `.dockerignore` at the top of the
context, and nothing else. In a monorepo whose builds start at the root the files in the services' directories are
read by nobody, while everything is sent.

## Bad

```dockerfile
# api/Dockerfile with api/.dockerignore, built with the repository's root as its context
FROM node:20
COPY api/ .
```

## Good

```dockerfile
# api/Dockerfile with api/Dockerfile.dockerignore, whose patterns start at the root
FROM node:20
COPY api/ .
```

## Fix

Unsafe: `<Dockerfile>.dockerignore` is written with the same patterns, each with the directory before it, after those of
the ignore file that was in force. The old file stays: another build may use it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from bakehouse.dockerfile.ignore import IgnoreFileError, read_ignore
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.contexts import Build
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule
from bakehouse.model.finding import Fix

RULE = rule(__doc__, name="unused-ignore-file", group=Group.CONTEXT, severity=Severity.WARNING, fix=FixSafety.UNSAFE)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Every ignore file beside a Dockerfile that none of the builds reads."""
    contexts = {build.view.tree.directory for build in repo.builds}
    seen: set[str] = set()
    for build in repo.builds:
        directory = posixpath.dirname(build.subject.path) or "."
        path = posixpath.normpath(posixpath.join(directory, ".dockerignore"))
        data = repo.read(path)
        if not build.certain or data is None or directory in contexts or path in seen:
            continue
        if build.view.ignore_file == f"{build.subject.path}.dockerignore":
            continue
        seen.add(path)
        yield Hit(
            f"no build reads this file: the context of {build.service.name} is {build.service.context}",
            Span(0, 0),
            hint=f"its place is {build.subject.path}.dockerignore, with paths that start at the context",
            fix=_fix(repo, build, directory, data),
            path=path,
            service=build.service.name,
        )


def _fix(repo: Repo, build: Build, directory: str, data: bytes) -> Fix | None:
    new = f"{build.subject.path}.dockerignore"
    prefix = posixpath.relpath(directory, build.service.context)
    if repo.read(new) is not None or prefix.startswith(".."):
        return None
    try:
        rules = read_ignore(data).rules
    except IgnoreFileError:
        return None
    common = repo.read(build.view.ignore_file) if build.view.ignore_file else b""
    head = (common or b"").rstrip() + b"\n" if common else b""
    lines = "".join(f"{'!' if found.negated else ''}{prefix}/{found.pattern}\n" for found in rules)
    return Fix(title=f"Write {new}", safe=False, creates={new: head + lines.encode("utf-8", "surrogateescape")})
