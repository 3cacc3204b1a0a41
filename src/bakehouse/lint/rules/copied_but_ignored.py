"""COPY names something that the ignore file leaves out.

## What

A source of COPY or ADD exists, but a pattern of the ignore file in force keeps it out of the context. This needs more
than the file: it looks into the context.

## Why

The build fails with "not found", although the file is plainly there; or, with a wildcard, copies nothing.

## Bad

```dockerfile
# .dockerignore says: *.md
FROM alpine:3.20
COPY README.md /usr/share/doc/
```

## Good

```dockerfile
# .dockerignore says: *.md and then !README.md
FROM alpine:3.20
COPY README.md /usr/share/doc/
```

## Fix

None in the Dockerfile: bring the path back with a `!` line in the ignore file, or take the COPY out.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Group, Hit, Severity, rule

RULE = rule(
    __doc__,
    name="copied-but-ignored",
    group=Group.CONTEXT,
    severity=Severity.WARNING,
    aliases=("CopyIgnoredFile",),
)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Every source that is in the directory and not in the context."""
    for build in repo.builds:
        tree = build.view.tree
        for taken in build.taken:
            node = tree.node(taken.source.context_path)
            if taken.source.is_mount or node is None or node.path == "." or tree.present(node):
                continue
            rule_ = tree.rule_of(node)
            where = f"{build.view.ignore_file}:{rule_.line}" if rule_ else build.view.ignore_file
            said = f" ({rule_.text.strip()})" if rule_ else ""
            yield Hit(
                f"{taken.source.path} is left out of the context by {where}{said}",
                taken.source.span,
                hint=f"add !{node.path} below that line, or take this source out",
                path=build.subject.path,
                service=build.service.name,
            )
