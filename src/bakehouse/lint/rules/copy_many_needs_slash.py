"""COPY or ADD of several sources to a destination without a slash at its end.

## What

More than one source is copied, and the destination does not end with `/`.

## Why

Without the slash the destination is a file name where no such directory exists yet: each source overwrites the one
before. Docker's classic builder refuses the line.

## Bad

```dockerfile
COPY package.json package-lock.json /app
```

## Good

```dockerfile
COPY package.json package-lock.json /app/
```

## Fix

Safe: a slash is put at the end. Where the directory exists nothing changes, where it does not the files arrive.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert
from bakehouse.dockerfile.syntax import Form
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="copy-many-needs-slash",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    aliases=("DL3021",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every COPY and ADD of several sources to something that is no directory by its name."""
    for instruction in subject.named("COPY", "ADD"):
        if len(instruction.words) < 3:
            continue
        word = instruction.words[-1]
        bare = word.text.strip("\"'")
        if bare.endswith(("/", "\\")) or bare.rpartition("/")[2] in (".", "..") or "$" in bare.rpartition("/")[2]:
            continue
        at = word.span.end - (instruction.form is Form.JSON or word.text[-1:] in "\"'")
        fix = safe_fix("Put a slash at the end", insert(at, "/"))
        yield Hit(f"{len(instruction.words) - 1} sources are copied to {bare}, without a slash", word.span, fix=fix)
