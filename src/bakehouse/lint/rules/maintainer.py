"""MAINTAINER is deprecated.

## What

The file has a MAINTAINER instruction.

## Why

It has been deprecated since Docker 1.13, and many tools do not show the field. A label is read by all of them.

## Bad

```dockerfile
MAINTAINER Jane Doe <jane@example.com>
```

## Good

```dockerfile
LABEL org.opencontainers.image.authors="Jane Doe <jane@example.com>"
```

## Fix

Safe: the instruction becomes the label that the OCI image specification has for it, with the same text.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.dockerfile.syntax import Instruction
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="maintainer",
    group=Group.BUILDKIT,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    aliases=("DL4000", "MaintainerDeprecated"),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every MAINTAINER."""
    for instruction in subject.named("MAINTAINER"):
        hint = "use LABEL org.opencontainers.image.authors"
        fix = _fix(instruction, subject.tree.escape)
        yield Hit("MAINTAINER is deprecated", instruction.code, hint=hint, fix=fix)


def _fix(instruction: Instruction, escape: str) -> Fix | None:
    if len(instruction.pieces) > 1:
        return None
    text = instruction.words[0].text
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    for char in (escape, '"', "$"):
        text = text.replace(char, escape + char)
    keyword = "label" if instruction.keyword.text.islower() else "LABEL"
    line = f'{keyword} org.opencontainers.image.authors="{text}"'
    return safe_fix("Use the label", replace(instruction.code, line))
