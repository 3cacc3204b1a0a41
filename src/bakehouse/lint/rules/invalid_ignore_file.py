"""BuildKit refuses the ignore file.

## What

A line of the ignore file in force is no pattern. This needs more than the file: it reads the ignore file.

## Why

The build stops before its first step.

## Bad

```dockerfile
# .dockerignore says: src/[a-
FROM alpine:3.20
COPY . .
```

## Good

```dockerfile
# .dockerignore says: src/[a-z]*
FROM alpine:3.20
COPY . .
```

## Fix

None: what was meant is not known.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from bakehouse.dockerfile.ignore import IgnoreFileError, read_ignore
from bakehouse.lint.ignore_lines import line_span
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Group, Hit, Severity, rule

RULE = rule(__doc__, name="invalid-ignore-file", group=Group.CONTEXT, severity=Severity.ERROR)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """The first bad line of each ignore file that a build would read."""
    services = repo.workspace.services if repo.workspace else ()
    seen: set[str] = set()
    for service in services:
        places = (f"{service.dockerfile}.dockerignore", posixpath.join(service.context, ".dockerignore"))
        path = next((p for p in map(posixpath.normpath, places) if repo.read(p) is not None), None)
        if service.dockerfile is None or path is None or path in seen:
            continue
        seen.add(path)
        data = repo.read(path) or b""
        try:
            read_ignore(data, path)
        except IgnoreFileError as error:
            span = line_span(data, error.line or 1)
            yield Hit(error.message, span, hint=error.hint or "", path=path, service=service.name)
