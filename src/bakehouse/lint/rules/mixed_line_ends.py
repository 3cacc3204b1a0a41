"""Some lines end with CRLF, others with LF.

## What

The file has both kinds of line ends.

## Why

Editors and Git change such files whenever they touch them, and a here-document may get a carriage return into its
script.

## Bad

The example needs more than the file, since line ends cannot be seen here.

## Good

```dockerfile
FROM debian:12
RUN make
```

## Fix

Safe: the lines outside here-documents get the line end that most of them have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete, insert
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="mixed-line-ends", group=Group.MAINTAINABILITY, severity=Severity.STYLE, fix=FixSafety.SAFE)
_END = re.compile(rb"\r?\n")


def check(subject: Subject) -> Iterator[Hit]:
    """The first line whose end is not that of most, where the file has both."""
    data = subject.data
    if b"\r\n" not in data or data.count(b"\r\n") == data.count(b"\n"):
        return
    bodies = [heredoc.body for i in subject.tree.instructions for heredoc in i.heredocs]
    ends = [
        Span(*match.span()) for match in _END.finditer(data)
        if not any(body.start <= match.start() < body.end for body in bodies)
    ]  # fmt: skip
    crlf = [span for span in ends if span.end - span.start == 2]
    plain = [span for span in ends if span.end - span.start == 1]
    if crlf and plain:
        to_crlf = len(crlf) > len(plain)
        odd = plain if to_crlf else crlf
        edits = (insert(s.start, b"\r") if to_crlf else delete(Span(s.start, s.start + 1)) for s in odd)
        kind = "CRLF" if to_crlf else "LF"
        fix = safe_fix(f"End all lines with {kind}", *edits)
        yield Hit(f"this line does not end with {kind} as most do", odd[0], fix=fix)
