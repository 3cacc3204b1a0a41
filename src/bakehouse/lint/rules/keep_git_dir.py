"""ADD of a Git repository keeps its .git directory in the image.

## What

`ADD --keep-git-dir` of a repository, in a stage whose layers are part of the image.

## Why

The history is often larger than the files, it may hold what was removed from them, and its bytes differ from clone to
clone, so that the layer is never the same twice.

## Bad

```dockerfile
FROM alpine:3.20
ADD --keep-git-dir=true https://github.com/example/tool.git#v1.2.0 /src
```

## Good

```dockerfile
FROM alpine:3.20
ADD https://github.com/example/tool.git#v1.2.0 /src
```

## Fix

Unsafe: the flag is removed. A build that asks Git for the version in that directory needs it; do that in an earlier
stage.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="keep-git-dir",
    group=Group.BUILDKIT,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
    needs=("keep-git-dir",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every such ADD whose layer is shipped."""
    for stage, step in subject.steps_named("ADD"):
        flag = next((flag for flag in step.instruction.flags if flag.name == "keep-git-dir"), None)
        if flag is None or not step.instruction.is_on("keep-git-dir") or stage.stage.index not in subject.shipped:
            continue
        gap = Span(step.instruction.keyword.span.end, flag.span.end)
        is_first = step.instruction.flags[0] is flag and b"\n" not in subject.data[gap.start : gap.end]
        fix = unsafe_fix("Remove the flag", delete(gap) if is_first else None)
        yield Hit("the repository's history becomes part of the image", flag.span, hint="leave the flag out", fix=fix)
