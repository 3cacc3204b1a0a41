"""COPY --from names a stage by its number.

## What

`COPY --from=0`: the stage is given by its position in the file.

## Why

A stage put in before it shifts all numbers, and the copy silently takes its files from another stage.

## Bad

```dockerfile
FROM golang:1.22
RUN go build -o /app .
FROM scratch
COPY --from=0 /app /app
```

## Good

```dockerfile
FROM golang:1.22 AS build
RUN go build -o /app .
FROM scratch
COPY --from=build /app /app
```

## Fix

Safe: the number becomes the stage's name; a stage without one is named first (`stage0`). The image is the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert, replace
from bakehouse.dockerfile.stages import INDEX, EdgeKind
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject
from bakehouse.model.edit import Edit

RULE = rule(__doc__, name="copy-from-index", group=Group.MAINTAINABILITY, severity=Severity.INFO, fix=FixSafety.SAFE)


def check(subject: Subject) -> Iterator[Hit]:
    """Every COPY whose --from is a number that stands for a stage."""
    for meaning in subject.stages:
        for edge in meaning.stage.edges:
            flag = next((f for f in edge.instruction.flags if f.name == "from" and f.value_span), None)
            if edge.kind is not EdgeKind.COPY or edge.origin.stage is None or flag is None or flag.value_span is None:
                continue
            if not INDEX.match(flag.value or "") or edge.instruction not in meaning.stage.instructions:
                continue
            if edge.origin.stage >= meaning.stage.index:
                continue
            name, naming = _name(subject, edge.origin.stage)
            fix = safe_fix(f"Copy from {name}", replace(flag.value_span, name), *naming)
            yield Hit(f"stage {flag.value} is named by its number", flag.span, hint=f"name it: {name}", fix=fix)


def _name(subject: Subject, index: int) -> tuple[str, list[Edit]]:
    """The name of a stage, and what gives it that name where it has none."""
    stage = subject.stages[index].stage
    if stage.name is not None:
        return stage.name, []
    taken = {meaning.stage.name for meaning in subject.stages}
    name = f"stage{index}"
    while name in taken:
        name += "x"
    keyword = "as" if stage.from_.keyword.text == "from" else "AS"
    return name, [insert(stage.from_.code.end, f" {keyword} {name}")]
