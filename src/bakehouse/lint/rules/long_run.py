"""A RUN is very long.

## What

A RUN has more than 40 commands, or more than 4,000 characters.

## Why

Nobody can review it, an error in it names no line, and any change builds all of it again. A script that is copied or
mounted can be read, checked and tested. A matter of taste: off by default.

## Bad

The example needs more than the file: such a RUN does not fit on this page.

## Good

```dockerfile
RUN --mount=type=bind,source=scripts/build.sh,target=/build.sh sh /build.sh
```

## Fix

None: where to cut is for the author to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="long-run", group=Group.MAINTAINABILITY, severity=Severity.INFO, default=False)
MAX_COMMANDS = 40
MAX_CHARACTERS = 4000


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN over one of the limits."""
    for run in subject.runs:
        commands = len(run.script.commands)
        size = len(run.instruction.original) + sum(len(heredoc.content) for heredoc in run.instruction.heredocs)
        if commands > MAX_COMMANDS or size > MAX_CHARACTERS:
            message = f"this RUN has {commands} commands in {size} characters"
            yield Hit(message, run.instruction.keyword.span, hint="put it into a script, and mount or copy that")
