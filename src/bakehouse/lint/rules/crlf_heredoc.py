"""A here-document has Windows line ends in it.

## What

The lines of a here-document that a POSIX shell reads, or that becomes a file, end with CRLF.

## Why

BuildKit passes the body on as it is: the shell gets a carriage return at the end of each command (`not found`), and a
script with a `#!` line cannot be started.

## Bad

The example needs more than the file, since line ends cannot be seen here.

## Good

```dockerfile
RUN <<EOF
set -e
make
EOF
```

## Fix

Unsafe, since the script changes: the lines of the here-document get LF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.lint.bases import is_windows
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="crlf-heredoc",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    needs=("<<",),
)
_CRLF = re.compile(rb"\r\n")


def check(subject: Subject) -> Iterator[Hit]:
    """Every here-document with such lines."""
    if b"\r\n" not in subject.data or b"<<" not in subject.data:
        return
    for stage, step in subject.steps_named("RUN", "COPY", "ADD"):
        for heredoc in step.instruction.heredocs:
            body = subject.data[heredoc.body.start : heredoc.body.end]
            if b"\r\n" in body and not is_windows(stage, subject):
                fix = unsafe_fix("End its lines with LF", replace(heredoc.body, _CRLF.sub(b"\n", body)))
                message = "the lines of this here-document end with a carriage return"
                yield Hit(message, heredoc.word_span, hint="end its lines with LF", fix=fix)
