"""FROM and AS are written in different case.

## What

`FROM image as name`, or `from image AS name`.

## Why

Any case works; one case for both reads better, and BuildKit warns about it in every build.

## Bad

```dockerfile
FROM golang:1.22 as build
```

## Good

```dockerfile
FROM golang:1.22 AS build
```

## Fix

Safe: `as` gets the case of `FROM`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="as-casing",
    group=Group.MAINTAINABILITY,
    severity=Severity.STYLE,
    fix=FixSafety.SAFE,
    aliases=("FromAsCasing",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every AS that is not written as its FROM is."""
    for instruction in subject.named("FROM"):
        if len(instruction.words) != 3:
            continue
        word, keyword = instruction.words[1], instruction.keyword.text
        wanted = "as" if keyword.islower() else "AS"
        if keyword in ("FROM", "from") and word.text != wanted:
            fix = safe_fix(f"Write {wanted}", replace(word.span, wanted))
            yield Hit(f"{word.text} is not in the case of {keyword}", word.span, fix=fix)
