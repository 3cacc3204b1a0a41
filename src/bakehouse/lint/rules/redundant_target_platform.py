"""--platform=$TARGETPLATFORM says what is so anyway.

## What

`FROM --platform=$TARGETPLATFORM`.

## Why

Without the flag a stage is built for the target platform. The flag only makes the reader look for a reason.

## Bad

```dockerfile
FROM --platform=$TARGETPLATFORM alpine:3.20
```

## Good

```dockerfile
FROM alpine:3.20
```

## Fix

Safe: the flag is removed.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="redundant-target-platform",
    group=Group.BUILDKIT,
    severity=Severity.STYLE,
    fix=FixSafety.SAFE,
    aliases=("DL3065", "RedundantTargetPlatform"),
    needs=("--platform",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every FROM with that flag."""
    declared = {pair.key.text for i in subject.named("ARG") for pair in i.pairs if pair.value is not None}
    for instruction in subject.named("FROM"):
        for flag in instruction.flags:
            is_target = flag.name == "platform" and flag.value in ("$TARGETPLATFORM", "${TARGETPLATFORM}")
            if not is_target or "TARGETPLATFORM" in declared:  # a default of the file's own
                continue
            gap = Span(flag.span.start, instruction.words[0].span.start)
            edit = delete(gap) if b"\n" not in subject.data[gap.start : gap.end] else None
            fix = safe_fix("Remove --platform", edit)
            yield Hit("this is the default platform", flag.span, hint="remove the flag", fix=fix)
