"""A pipe in RUN hides the failure of its first command.

## What

A RUN uses a pipe, and the shell in force does not stop when a command before the last one fails.

## Why

`sh -c` gives a pipe the exit code of its last command: `curl ... | tar x` succeeds with a truncated download
when curl fails, and the broken result is cached and shipped. Pipes that begin with echo, printf or yes are left
alone: they do not fail.

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
No fix where the stage has `yes |` or `| head`, which end with a broken pipe.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from bakehouse.dockerfile.edits import insert_line_before
from bakehouse.dockerfile.shell import Command
from bakehouse.lint.bases import Distribution, distribution, is_windows
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.shell_options import sets_pipefail
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="missing-pipefail",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DL4006",),
    needs=("|",),
)
_NEVER_FAIL = frozenset({"echo", "printf", "yes", ":", "true"})
_SHELLS = {
    Distribution.ALPINE: 'SHELL ["/bin/ash", "-eo", "pipefail", "-c"]',
    Distribution.DEBIAN: 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]',
    Distribution.REDHAT: 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]',
}


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN with a pipe whose failure counts, and no pipefail."""
    fixed: set[int] = set()
    for run in subject.runs:
        pipe = next((right for left, right in _pipes(run) if _may_fail(left)), None)
        if pipe is None or sets_pipefail(run) or is_windows(run.stage, subject):
            continue
        fix = None if run.stage.stage.index in fixed else _fix(subject, run)
        fixed.add(run.stage.stage.index)
        hint = 'set SHELL ["/bin/bash", "-o", "pipefail", "-c"] before, or `set -o pipefail` first in the RUN'
        yield Hit("a failure before the pipe goes unnoticed", pipe.span, hint=hint, fix=fix)


def _may_fail(left: Command) -> bool:
    """Whether what stands before a pipe may fail: at the head of a pipeline anything but echo and its like,
    further down only what goes to the network."""
    if left.operator in ("|", "|&"):
        return left.name in ("curl", "wget", "git")
    return left.name not in _NEVER_FAIL


def _pipes(run: Run) -> Iterator[tuple[Command, Command]]:
    """Neighbours with a pipe between them."""
    return ((left, right) for left, right in pairwise(run.script.commands) if right.operator in ("|", "|&"))


def _breaks_with_pipefail(run: Run) -> bool:
    """`yes | x` and `x | head` end with a broken pipe, which is no failure but would be one."""
    return any(left.name == "yes" or right.name == "head" for left, right in _pipes(run))


def _fix(subject: Subject, run: Run) -> Fix | None:
    shell = run.step.before.shell
    line = _SHELLS.get(distribution(run.stage, subject))
    if any(r.stage is run.stage and _breaks_with_pipefail(r) for r in subject.runs):
        return None
    if line is None or shell not in (None, ("/bin/sh", "-c")) or run.instruction.is_json:
        return None
    return unsafe_fix("Let the shell stop at a failing pipe", insert_line_before(
        subject.tree, run.instruction.span, line))  # fmt: skip
