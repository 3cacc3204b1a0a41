"""Commands of a RUN are joined by `;`, so a failure of the first goes unnoticed.

## What

`RUN a; b` where a may fail, and the shell was not told to stop (`set -e`, or a SHELL with `-e`).

## Why

The exit code of the RUN is that of the last command. When an earlier one fails, the build goes on with what is left
and stores it as a good layer.

## Bad

```dockerfile
RUN apt-get update; apt-get install -y curl
```

## Good

```dockerfile
RUN apt-get update && apt-get install -y curl
```

## Fix

Unsafe: `;` becomes `&&`. A RUN that relied on a failure being ignored stops now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from bakehouse.dockerfile.edits import replace
from bakehouse.dockerfile.shell import Command
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.bases import is_windows
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.shell_options import sets_errexit
from bakehouse.lint.subject import Run, Subject

RULE = rule(
    __doc__,
    name="semicolon-hides-failure",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    needs=(";",),
)
_NEVER_FAIL = frozenset({
    "set", "echo", "printf", "true", ":", "umask", "exit", "shopt", "alias", "trap", "wait", "sleep", "kill", "pkill",
    "killall", "service",
})  # fmt: skip
"""Commands whose failure nobody waits for."""


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN in which such a `;` stands, with the first command before one."""
    for run in subject.runs:
        if (
            len(run.chain) < 2
            or run.instruction.heredocs
            or not run.script.whole
            or b";" not in _code(subject, run)
            or sets_errexit(run)
        ):
            continue
        found = list(_joints(subject, run))
        if not found or is_windows(run.stage, subject):
            continue
        first = found[0][0]
        edits = () if run.instruction.is_json else tuple(replace(span, _and(subject, span)) for _, span in found)
        message = f"the build goes on when {first.name} fails"
        yield Hit(message, first.span, hint="join the commands with &&", fix=unsafe_fix("Join with &&", *edits))


def _code(subject: Subject, run: Run) -> bytes:
    return subject.data[run.instruction.code.start : run.instruction.code.end]


def _joints(subject: Subject, run: Run) -> Iterator[tuple[Command, Span]]:
    """Commands that may fail unnoticed, each with the `;` behind it."""
    escape = re.escape(subject.tree.escape.encode())
    gap = re.compile(rb"(?:\s|%b(?=[ \t]*\r?\n))*(;)(?:\s|%b(?=[ \t]*\r?\n))*" % (escape, escape))
    for left, right in pairwise(run.chain):
        if right.operator != ";" or left.operator in ("||", "&") or not left.name or _never_fails(left):
            continue
        end = max(left.span.end, *(word.span.end for word in left.redirects), 0)
        match = gap.fullmatch(subject.data, end, right.span.start)
        if match is not None:
            yield left, Span(*match.span(1))


def _never_fails(command: Command) -> bool:
    """Whether nobody waits for the failure of a command: echo and its like, `rm -f`."""
    is_forced = command.name == "rm" and any(w.raw.startswith("-") and "f" in w.raw for w in command.words[1:2])
    return is_forced or command.name in _NEVER_FAIL


def _and(subject: Subject, span: Span) -> str:
    """`&&` with a blank where the `;` stood close to the word before it."""
    return "&&" if subject.data[span.start - 1 : span.start].isspace() else " &&"
