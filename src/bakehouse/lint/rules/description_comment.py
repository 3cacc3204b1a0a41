"""The comment above an ARG or a stage is no description of it.

## What

A comment stands directly above `FROM ... AS name` or `ARG name` and does not begin with that name.

## Why

`docker build --call=outline` and `--call=targets` show such comments as descriptions, if they begin with the name. The
check is experimental in BuildKit and off by default, here too.

## Bad

```dockerfile
# the compiler
FROM golang:1.22 AS build
```

## Good

```dockerfile
# build compiles the server
FROM golang:1.22 AS build
```

## Fix

Safe: an empty line is put between, so that the comment is an ordinary one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from bakehouse.dockerfile.edits import insert, newline_near
from bakehouse.dockerfile.syntax import Instruction, Trivia, TriviaKind
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="description-comment",
    group=Group.MAINTAINABILITY,
    severity=Severity.STYLE,
    fix=FixSafety.SAFE,
    aliases=("InvalidDefinitionDescription",),
    default=False,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every such comment."""
    for item, instruction in pairwise(subject.tree.items):
        if not isinstance(item, Trivia) or item.kind is not TriviaKind.COMMENT or not item.text:
            continue
        name = _name(instruction) if isinstance(instruction, Instruction) else None
        if name is not None and item.text.split()[0].rstrip(":").lower() != name.lower():
            edit = insert(item.span.end, newline_near(subject.tree, item.span.start))
            message = f"this is taken for a description of {name}, and does not begin with that name"
            fix = safe_fix("Put an empty line between", edit)
            yield Hit(message, item.span, hint=f"begin with {name}, or put an empty line between", fix=fix)


def _name(instruction: Instruction) -> str | None:
    """The name of a stage or of the ARG."""
    if instruction.name == "FROM" and len(instruction.words) == 3:
        return instruction.words[2].text
    return instruction.pairs[0].key.text if instruction.name == "ARG" and instruction.pairs else None
