"""Two stages have the same name.

## What

A stage is named as an earlier one is; upper and lower case make no difference.

## Why

`COPY --from=NAME` and `--target NAME` take the last stage of that name, `FROM NAME` the last one before it. The
first stage is often built for nothing, and moving a block of the file changes what others copy.

## Bad

```dockerfile
FROM golang:1.22 AS build
FROM node:22 AS build
```

## Good

```dockerfile
FROM golang:1.22 AS build-api
FROM node:22 AS build-web
```

## Fix

None: which stage the references mean is for the author to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="duplicate-stage-name",
    group=Group.CORRECTNESS,
    severity=Severity.ERROR,
    aliases=("DL3024", "DuplicateStageName"),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every stage whose name an earlier one has."""
    seen: dict[str, int] = {}
    for meaning in subject.stages:
        stage = meaning.stage
        if stage.name is None:
            continue
        if stage.name in seen:
            message = f"stage {stage.name} is defined in line {seen[stage.name]} already"
            yield Hit(message, stage.from_.words[2].span, hint="give each stage a name of its own")
        else:
            seen[stage.name] = stage.from_.start_line
