"""Instructions are written in different case.

## What

Some keywords of the file are in upper case, some in lower case (or `Run`).

## Why

Any case works; one case reads better, and searching for `RUN` finds all of them.

## Bad

```dockerfile
FROM alpine:3.20
run echo hello
```

## Good

```dockerfile
FROM alpine:3.20
RUN echo hello
```

## Fix

Safe: keywords get the case that most of the file has, upper case if in doubt.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.dockerfile.syntax import Word
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="instruction-casing",
    group=Group.MAINTAINABILITY,
    severity=Severity.STYLE,
    fix=FixSafety.SAFE,
    aliases=("ConsistentInstructionCasing",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every keyword that is not written as most are."""
    keywords = list(_keywords(subject))
    lower = sum(word.text.islower() for word in keywords) > sum(word.text.isupper() for word in keywords)
    for word in keywords:
        wanted = word.text.lower() if lower else word.text.upper()
        if word.text != wanted and word.text.isascii():
            fix = safe_fix(f"Write {wanted}", replace(word.span, wanted))
            yield Hit(f"{word.text} is not in the case of the other instructions", word.span, fix=fix)


def _keywords(subject: Subject) -> Iterator[Word]:
    """The keywords of all instructions, those of triggers too."""
    for instruction in subject.tree.instructions:
        yield instruction.keyword
        if instruction.trigger is not None:
            yield instruction.trigger.keyword
