"""A parser directive that is only a comment.

## What

`# syntax=`, `# escape=` or `# check=` stands after an empty line, another comment or an instruction.

## Why

Directives count only at the very top of the file. Further down the line is a comment: the built-in frontend reads the
file, and checks are not skipped.

## Bad

```dockerfile
# The API server

# syntax=docker/dockerfile:1
FROM alpine:3.20
```

## Good

```dockerfile
# syntax=docker/dockerfile:1
# The API server

FROM alpine:3.20
```

## Fix

Unsafe: the line becomes the first of the file, so that another frontend reads it. None for `# escape=`, which would
change how the whole file is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete, insert
from bakehouse.dockerfile.syntax import Trivia, TriviaKind
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject
from bakehouse.model.finding import Fix

RULE = rule(__doc__, name="misplaced-directive", group=Group.BUILDKIT, severity=Severity.WARNING, fix=FixSafety.UNSAFE)
_DIRECTIVE = re.compile(
    r"(?i:(syntax))\s*=\s*\S*dockerfile\S*\Z|(?i:(escape))\s*=\s*[\\`]\Z|(?i:(check))\s*=\s*(?:skip|error)=\S+\Z"
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every comment that would be a directive at the top."""
    if b"=" not in subject.data:
        return
    for item in subject.tree.trivia:
        match = _DIRECTIVE.match(item.text) if item.kind is TriviaKind.COMMENT else None
        if match is None:
            continue
        name = next(found for found in match.groups() if found).lower()
        if subject.tree.directive(name) is None:
            hint = "make it the first line"
            fix = None if name == "escape" else _fix(subject, item)
            yield Hit(f"# {name}= is a comment here, not a directive", item.span, hint=hint, fix=fix)
            return


def _fix(subject: Subject, item: Trivia) -> Fix | None:
    line = subject.data[item.span.start : item.span.end]
    bom = 3 if subject.data.startswith(b"\xef\xbb\xbf") else 0
    if not line.endswith(b"\n"):
        return None
    return unsafe_fix("Move it to the top", insert(bom, line.lstrip()), delete(item.span))
