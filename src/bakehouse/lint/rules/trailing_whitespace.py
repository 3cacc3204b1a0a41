"""Lines end with blanks.

## What

Blanks or tabs before the end of a line, outside here-documents.

## Why

They mean nothing and show up in every diff; behind a `\\` they let readers of the file (and other parsers) see a line
that does not go on.

## Bad

The example needs more than the file, since blanks at the end of a line cannot be seen here.

## Good

```dockerfile
FROM debian:12
RUN make \\
    install
```

## Fix

Safe: the blanks go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__, name="trailing-whitespace", group=Group.MAINTAINABILITY, severity=Severity.STYLE, fix=FixSafety.SAFE
)
_ENDS = (b" \n", b"\t\n", b" \r", b"\t\r")
_BLANKS = re.compile(rb"(?<![ \t])[ \t]+(?=\r?$)", re.MULTILINE)


def check(subject: Subject) -> Iterator[Hit]:
    """The lines with blanks at their end, as one finding."""
    if not any(end in subject.data for end in _ENDS) and subject.data[-1:] not in (b" ", b"\t"):
        return
    found = [Span(*match.span()) for match in _BLANKS.finditer(subject.data)]
    if not found:
        return
    bodies = [heredoc.body for i in subject.tree.instructions for heredoc in i.heredocs]
    found = [span for span in found if not any(body.start <= span.start < body.end for body in bodies)]
    if found:
        lines = "this line ends" if len(found) == 1 else f"{len(found)} lines end, this is the first,"
        fix = safe_fix("Remove the blanks", *(delete(span) for span in found))
        yield Hit(f"{lines} with blanks", found[0], fix=fix)
