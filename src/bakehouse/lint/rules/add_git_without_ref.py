"""ADD takes a git repository without saying which state.

## What

ADD has the address of a git repository without tag or commit (`#ref`), or with a branch that moves.

## Why

BuildKit asks the server at every build and takes the newest state: the same Dockerfile gives another image.

## Bad

```dockerfile
FROM debian:13
ADD https://github.com/example/tool.git /src
```

## Good

```dockerfile
FROM debian:13
ADD https://github.com/example/tool.git#v1.4.2 /src
```

## Fix

None: which state was meant is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.sources import SourceKind
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="add-git-without-ref", group=Group.REPRODUCIBILITY, severity=Severity.WARNING)
_QUERY_REF = re.compile(r"[?&](?:ref|tag|branch|commit|checksum)=([^&#]*)")
_MOVING = frozenset({"", "main", "master", "develop", "trunk", "HEAD"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every git source of ADD without a fixed ref."""
    for _, step in subject.steps_named("ADD"):
        for source in step.sources:
            if source.kind is not SourceKind.GIT or step.instruction.flag("checksum"):
                continue
            fragment = source.path.partition("#")[2].partition(":")[0]
            query = _QUERY_REF.search(source.path.partition("#")[0])
            ref = query[1] if query else fragment
            if ref.removeprefix("refs/heads/") in _MOVING:
                what = f"whatever {ref} is today" if ref else "whatever is newest"
                yield Hit(f"ADD takes {what}", source.span, hint="add #TAG or #COMMIT to the address")
