"""The last line has no newline.

## What

The file does not end with a newline.

## Why

Tools that put files together join the last line with the next one, and every diff of the last line shows two changes.

## Bad

The example needs more than the file, since a newline that is missing cannot be seen here.

## Good

```dockerfile
FROM debian:12
CMD ["bash"]
```

## Fix

Safe: a newline is added, of the kind that the file has.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert, newline_near
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="final-newline", group=Group.MAINTAINABILITY, severity=Severity.STYLE, fix=FixSafety.SAFE)


def check(subject: Subject) -> Iterator[Hit]:
    """The end of the file."""
    data = subject.data
    if data.endswith(b"\n"):
        return
    end = len(data)
    goes_on = data.rstrip(b" \t\r").endswith(subject.tree.escape.encode())  # a newline would mean something there
    edit = None if goes_on or data.endswith(b"\r") else insert(end, newline_near(subject.tree, end))
    fix = safe_fix("Add a newline", edit)
    yield Hit("the last line has no newline", Span(max(end - 1, 0), end), fix=fix)
