"""The whole context is copied and there is no ignore file.

## What

`COPY . .` takes the build context, no `.dockerignore` governs it, and there are things in it that no image needs:
version control, installed packages, caches, products, secrets. This needs more than the file: it looks into the
context.

## Why

They are sent to the builder and become part of the image; and whenever one of them changes (every commit changes
`.git`) the COPY and everything after it is built again.

## Bad

```dockerfile
# no .dockerignore beside a directory with .git and node_modules
FROM node:20
COPY . .
```

## Good

```dockerfile
# .dockerignore says: .git, **/node_modules
FROM node:20
COPY . .
```

## Fix

Safe: a `.dockerignore` is written that leaves out just these things. It is tried on the context first: everything else
that an instruction takes is still taken.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.ignore_fixes import draft_matters, proposal
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule
from bakehouse.model.finding import Fix

RULE = rule(__doc__, name="no-ignore-file", group=Group.CONTEXT, severity=Severity.WARNING, fix=FixSafety.SAFE)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """The first wide source of each build without an ignore file, where a better one is at hand."""
    for build in repo.builds:
        if build.view.ignore_file is not None or not build.wide:
            continue
        draft = proposal(repo, build)
        if draft is None or draft.form != "deny-list":
            continue
        path = build.outer(".dockerignore")
        content = draft.text.encode("utf-8", "surrogateescape")
        fix = Fix(title=f"Write {path}", safe=True, creates={path: content})
        yield Hit(
            f"takes the whole context with {_listed(draft.reasons)}, and there is no .dockerignore",
            build.wide[0].source.span,
            hint=f"`bakehouse context {build.service.name}` shows what is sent, and proposes {path}",
            fix=fix,
            path=build.subject.path,
            severity=None if draft_matters(draft) else Severity.INFO,
            service=build.service.name,
        )


def _listed(reasons: tuple[str, ...]) -> str:
    """What is in there, in a few words."""
    return ", ".join(reason.partition(":")[0] for reason in reasons)
