"""Stage names are written in lower case.

## What

A stage is named with upper-case letters: `FROM golang AS Build`.

## Why

BuildKit compares stage names without regard to case and shows them in lower case, so an upper-case name reads
differently in the file, in `--target` and in the log.

## Bad

```dockerfile
FROM golang:1.22 AS Build
```

## Good

```dockerfile
FROM golang:1.22 AS build
```

## Fix

Safe: the name is written in lower case where the stage is defined; references need no change.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="stage-name-casing",
    group=Group.MAINTAINABILITY,
    severity=Severity.STYLE,
    fix=FixSafety.SAFE,
    aliases=("StageNameCasing",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every FROM whose stage name is not in lower case."""
    for instruction in subject.named("FROM"):
        if len(instruction.words) == 3 and instruction.words[2].text != instruction.words[2].text.lower():
            name = instruction.words[2]
            fix = safe_fix(f"Write {name.text.lower()}", replace(name.span, name.text.lower()))
            yield Hit(f"stage name {name.text} is not in lower case", name.span, fix=fix)
