"""A RUN ends with cd, which no later instruction notices.

## What

`cd` is the last command of a RUN.

## Why

Each RUN starts a new shell in the directory that WORKDIR says. What follows runs where it would have run without
the `cd`.

## Bad

```dockerfile
RUN cd /app
RUN make
```

## Good

```dockerfile
WORKDIR /app
RUN make
```

## Fix

Unsafe: the `cd` becomes a WORKDIR, so that what follows runs in another directory than before, as it was meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert_line_after, replace
from bakehouse.dockerfile.shell import Command
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import remove_command
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.finding import Fix

RULE = rule(__doc__, name="cd-without-effect", group=Group.CORRECTNESS, severity=Severity.WARNING, fix=FixSafety.UNSAFE)


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN whose last command is cd."""
    for run in subject.runs:
        if not run.chain or run.instruction.is_json or run.instruction.heredocs:
            continue
        last = run.chain[-1]
        if last.name == "cd" and last.span.end == run.instruction.code.end and last.operator != "||":
            fix = _fix(subject, run, last)
            yield Hit("cd has no effect on later instructions", last.span, hint="use WORKDIR", fix=fix)


def _fix(subject: Subject, run: Run, last: Command) -> Fix | None:
    path = last.words[1].text if len(last.words) == 2 else None
    if not path or path[0] in "~-" or any(char.isspace() or char in "$\"'\\" for char in path):
        return None
    title, line = f"Use WORKDIR {path}", f"WORKDIR {path}"
    if len(run.script.commands) == 1 and not last.operator and not run.instruction.flags:
        return unsafe_fix(title, replace(run.instruction.code, line))
    if not path.startswith("/") and any(c.name in ("cd", "pushd") for c in run.script.commands if c is not last):
        return None
    removal = remove_command(subject.tree, run, last)
    return unsafe_fix(title, removal, insert_line_after(subject.tree, run.instruction.span, line))
