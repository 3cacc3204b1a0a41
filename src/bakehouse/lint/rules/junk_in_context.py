"""The ignore file lets through what no image needs.

## What

There is an ignore file, and still a COPY takes version control, installed packages, caches or build products that no
instruction names. This needs more than the file: it looks into the context.

## Why

They are sent, become part of the image, and whenever one of them changes the COPY and what follows is built again.

## Bad

```dockerfile
# .dockerignore says only: *.log, and there is a node_modules
FROM node:20
COPY . .
```

## Good

```dockerfile
# .dockerignore says: *.log, **/node_modules
FROM node:20
COPY . .
```

## Fix

Safe: lines for just these things are added to the ignore file; its own lines stay. Tried on the context first:
everything else that an instruction takes is still taken.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.ignore_fixes import added_lines, draft_matters, proposal
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.model.edit import Edit

RULE = rule(__doc__, name="junk-in-context", group=Group.CONTEXT, severity=Severity.WARNING, fix=FixSafety.SAFE)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Each ignore file that lets junk through, once for all builds that it governs."""
    seen: set[str] = set()
    for build in repo.builds:
        path = build.view.ignore_file
        if path is None or path in seen or not build.wide:
            continue
        draft = proposal(repo, build)
        if draft is None or draft.form != "additions":
            continue
        seen.add(path)
        before = repo.read(path) or b""
        added = added_lines(before, draft)
        what = ", ".join(reason.partition(":")[0] for reason in draft.reasons)
        start = before.rstrip(b"\r\n").rfind(b"\n") + 1
        yield Hit(
            f"lets through {what}",
            Span(start, len(before)),
            hint=f"{build.subject.path}:{build.wide[0].source.instruction.start_line} takes it all",
            fix=safe_fix("Leave it out of the context", Edit(len(before), len(before), added)),
            path=path,
            severity=None if draft_matters(draft) else Severity.INFO,
            service=build.service.name,
        )
