"""DEBIAN_FRONTEND stays set in the image.

## What

`ENV DEBIAN_FRONTEND=noninteractive` in a stage whose configuration is part of the image.

## Why

It is meant for the build, and holds for everybody who works in a container of the image: packages installed there
by hand ask nothing and take defaults. An ARG is in the environment of every RUN and gone afterwards.

## Bad

```dockerfile
ENV DEBIAN_FRONTEND=noninteractive
```

## Good

```dockerfile
FROM debian:12
ARG DEBIAN_FRONTEND=noninteractive
```

## Fix

Unsafe: ENV becomes ARG where it sets nothing else. Images built on this one no longer have the variable.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="debian-frontend-env", group=Group.CORRECTNESS, severity=Severity.INFO, fix=FixSafety.UNSAFE)
_NAME = "DEBIAN_FRONTEND"


def check(subject: Subject) -> Iterator[Hit]:
    """Every such ENV of a stage that is shipped and leaves it set."""
    for stage, step in subject.steps_named("ENV"):
        instruction = step.instruction
        pair = next((pair for pair in instruction.pairs if pair.key.text == _NAME), None)
        if pair is None or pair.value is None or stage.stage.index not in subject.shipped:
            continue
        if pair.value.text.strip("\"'").lower() in ("", "dialog", "newt", "readline", "teletype"):
            continue
        if stage.end.env.get(_NAME) != "noninteractive":
            continue
        is_alone = len(instruction.pairs) == 1
        fix = unsafe_fix("Use ARG", replace(instruction.code, f"ARG {_NAME}={pair.value.text}") if is_alone else None)
        yield Hit(f"{_NAME} stays set in the image", pair.span, hint=f"use ARG {_NAME}=...", fix=fix)
