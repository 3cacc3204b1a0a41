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

Safe: the `cd` is taken out, for it does nothing; a RUN that was nothing else goes whole. If what follows was
meant to run in that directory, write WORKDIR: then paths that follow change their meaning, which only a person can
judge.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete
from bakehouse.dockerfile.shell import Command
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.run_edits import remove_command
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.finding import Fix

RULE = rule(__doc__, name="cd-without-effect", group=Group.CORRECTNESS, severity=Severity.WARNING, fix=FixSafety.SAFE)


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN whose last command is cd."""
    for run in subject.runs:
        if not run.chain or run.instruction.is_json or run.instruction.heredocs:
            continue
        last = run.chain[-1]
        if last.name == "cd" and last.span.end == run.instruction.code.end and last.operator != "||":
            hint = "use WORKDIR if what follows should run there, else take it out"
            yield Hit("cd has no effect on later instructions", last.span, hint=hint, fix=_fix(subject, run, last))


def _fix(subject: Subject, run: Run, last: Command) -> Fix | None:
    """Take the cd out; what it might expand to stays a person's business."""
    path = last.words[1].text if len(last.words) == 2 else None
    if path is None or any(char.isspace() for char in path):
        return None
    if len(run.script.commands) == 1 and not last.operator and not run.instruction.flags:
        return safe_fix("Take the RUN out", delete(run.instruction.span))
    return safe_fix("Take the cd out", remove_command(subject.tree, run, last))
