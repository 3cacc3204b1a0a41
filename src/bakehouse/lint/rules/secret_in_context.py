"""A directory that is copied holds what looks like a secret.

## What

A COPY of a whole directory takes a file that looks like a secret: `.env`, a private key, a keystore, credentials. This
needs more than the file: it looks into the context.

## Why

Everybody who can pull the image can read it, and deleting it in a later layer does not help.

## Bad

```dockerfile
# there is an .env beside the sources
FROM node:20
COPY . .
```

## Good

```dockerfile
# .dockerignore says: .env
FROM node:20
COPY . .
```

## Fix

None here; where an ignore file is missing or lacks the line, `no-ignore-file` and `junk-in-context` write it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.workspace.file_roles import Role, role_of

RULE = rule(__doc__, name="secret-in-context", group=Group.CONTEXT, severity=Severity.WARNING)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Each source that takes secrets which it does not name, with the first of them."""
    for build in repo.builds:
        for taken in build.taken:
            secrets = [
                node.path
                for node in taken.nodes
                if node.path not in taken.matches
                and not node.is_directory
                and "/templates/" not in f"/{node.path}"  # of a Helm chart: values come later
                and role_of(posixpath.basename(node.path), {}, is_directory=False) is Role.SECRET
            ]
            if secrets and not taken.source.is_mount:
                more = f" and {len(secrets) - 1} more" if len(secrets) > 1 else ""
                yield Hit(
                    f"takes {secrets[0]}{more}, which looks like a secret",
                    taken.source.span,
                    hint=f"leave it out in {build.view.ignore_file or build.outer('.dockerignore')}; give secrets to "
                    "RUN with --mount=type=secret",
                    path=build.subject.path,
                    service=build.service.name,
                )
