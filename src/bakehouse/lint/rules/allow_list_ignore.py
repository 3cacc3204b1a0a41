"""The context could be limited to what the Dockerfile names.

## What

Every COPY names the files and directories that it takes, and there is no ignore file. Then one can be written that
leaves everything out but these. This needs more than the file: it looks into the context.

## Why

BuildKit sends only what COPY names, but within the named directories everything: caches, products and secrets too. An
allow-list keeps out what comes tomorrow, and shows at one glance what an image is made of.

## Bad

```dockerfile
# no ignore file, and app/ holds a __pycache__
FROM python:3.12-slim
COPY requirements.txt ./
COPY app ./app
```

## Good

```dockerfile
# .dockerignore says: *, !requirements.txt, !app, **/__pycache__
FROM python:3.12-slim
COPY requirements.txt ./
COPY app ./app
```

## Fix

Unsafe: the ignore file is written, tried on the context first. It is unsafe because a later COPY of something new must
be added to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.ignore_fixes import proposal
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="allow-list-ignore",
    group=Group.CONTEXT,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
    default=False,
)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """The first source of each build that takes only what it names and has no ignore file."""
    seen: set[str] = set()
    for build in repo.builds:
        path = build.outer(".dockerignore")
        if build.view.ignore_file is not None or not build.taken or path in seen:
            continue
        draft = proposal(repo, build)
        if draft is None or draft.form != "allow-list":
            continue
        seen.add(path)
        content = draft.text.encode("utf-8", "surrogateescape")
        yield Hit(
            "every source is named, so an ignore file can leave out all the rest",
            build.taken[0].source.span,
            hint=f"`bakehouse context {build.service.name}` shows it",
            fix=Fix(title=f"Write {path}", safe=False, creates={path: content}),
            path=build.subject.path,
            service=build.service.name,
        )
