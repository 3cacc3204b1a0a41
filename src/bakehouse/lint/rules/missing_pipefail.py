"""A pipe in RUN hides the failure of its first command.

## What

A RUN uses a pipe, and the shell in force does not stop when a command before the last one fails.

## Why

`sh -c` gives a pipe the exit code of its last command: `curl ... | tar x` succeeds with a truncated download
when curl fails, and the broken result is cached and shipped.

## Bad

```dockerfile
RUN curl -sSfL https://example.com/tool.tar.gz | tar -xz -C /usr/local
```

## Good

```dockerfile
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN curl -sSfL https://example.com/tool.tar.gz | tar -xz -C /usr/local
```

## Fix

Unsafe: a SHELL instruction is put before the first such RUN of the stage where the base image is one that has
bash; on Alpine it is `/bin/ash -eo pipefail`. A pipe that relied on a failing first command stops the build now.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert_line_before
from bakehouse.lint.bases import Distribution, distribution
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="missing-pipefail",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DL4006",),
)
_SHELLS = {
    Distribution.ALPINE: 'SHELL ["/bin/ash", "-eo", "pipefail", "-c"]',
    Distribution.DEBIAN: 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]',
    Distribution.REDHAT: 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]',
}


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN with a pipe and no pipefail."""
    fixed: set[int] = set()
    for run in subject.runs:
        pipe = next((c for c in run.script.commands if c.operator in ("|", "|&")), None)
        if pipe is None or _is_set(run):
            continue
        fix = None if run.stage.stage.index in fixed else _fix(subject, run)
        fixed.add(run.stage.stage.index)
        hint = 'set SHELL ["/bin/bash", "-o", "pipefail", "-c"] before, or `set -o pipefail` first in the RUN'
        yield Hit("a failure before the pipe goes unnoticed", pipe.span, hint=hint, fix=fix)


def _is_set(run: Run) -> bool:
    shell = run.step.before.effective_shell
    words = [word.static for c in run.script.commands if c.name == "set" for word in c.words[1:]]
    return "pipefail" in shell or any("pipefail" in word for word in words) or _interpreter_sets_it(run)


def _interpreter_sets_it(run: Run) -> bool:
    """`RUN <<EOF bash -o pipefail`, or a here-document whose first line is `#!/bin/bash -o pipefail`."""
    heads = [run.instruction.original, *(h.content.partition("\n")[0] for h in run.instruction.heredocs)]
    return any("pipefail" in head for head in heads)


def _fix(subject: Subject, run: Run) -> Fix | None:
    shell = run.step.before.shell
    line = _SHELLS.get(distribution(run.stage, subject))
    if line is None or shell not in (None, ("/bin/sh", "-c")) or run.instruction.is_json:
        return None
    return unsafe_fix("Let the shell stop at a failing pipe", insert_line_before(
        subject.tree, run.instruction.span, line))  # fmt: skip
