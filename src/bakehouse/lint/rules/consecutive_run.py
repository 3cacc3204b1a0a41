"""Several RUNs in a row that could be one.

## What

Two RUN instructions with one command each stand directly one after the other in a stage that is shipped.

## Why

Each makes a layer. Small commands that belong together are quicker and smaller in one. Chains of commands that
somebody split on purpose, and build stages, where a layer more is a step more that can be cached, are not looked at.

## Bad

```dockerfile
FROM debian:12
RUN mkdir /data
RUN chown 1000:1000 /data
```

## Good

```dockerfile
FROM debian:12
RUN mkdir /data \\
    && chown 1000:1000 /data
```

## Fix

Unsafe: the second is joined to the first with `&&`. It is unsafe because the shell of the first goes on in the
second. No fix where the first changes something for what follows (`cd`, `export`, `set`), with here-documents, and
with a comment in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from bakehouse.dockerfile.edits import newline_near
from bakehouse.dockerfile.syntax import Instruction
from bakehouse.lint.bases import is_windows
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import ends_in_background
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.edit import Edit

RULE = rule(
    __doc__,
    name="consecutive-run",
    group=Group.SIZE,
    severity=Severity.STYLE,
    fix=FixSafety.UNSAFE,
    aliases=("DL3059",),
)
_LASTING = re.compile(
    r"(?:^|[\s;&({])(?:cd|pushd|export|set|source|\.|umask|exec|exit|alias|trap|unset|[A-Za-z_]\w*=\S*)(?:\s|$)"
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN that stands directly after one like it."""
    for stage in subject.stages:
        if stage.stage.index not in subject.shipped or is_windows(stage, subject):
            continue
        for first, second in pairwise(stage.steps):
            before, after = subject.run_of(first), subject.run_of(second)
            if before is None or after is None or not (_is_single(before) and _is_single(after)):
                continue
            if _flags(before) != _flags(after):
                continue
            edit = _edit(subject, before, after)
            yield Hit(
                "this RUN could go on in the one before",
                after.instruction.keyword.span,
                hint="join them with &&",
                fix=unsafe_fix("Join the RUNs", edit) if edit else None,
            )


def _is_single(run: Run) -> bool:
    return run.script.whole and run.script.understood and len(run.script.commands) == 1


def _flags(run: Run) -> list[tuple[str, str | None]]:
    return [(flag.name, flag.value) for flag in run.instruction.flags]


def _edit(subject: Subject, before: Run, after: Run) -> Edit | None:
    first, second = before.instruction, after.instruction
    if _is_special(first) or _is_special(second) or ends_in_background(subject.tree, first):
        return None
    start, end = first.code.end, second.words[0].span.start
    only = before.script.commands[0]
    if max(only.span.end, *(word.span.end for word in only.redirects), 0) != start:
        return None  # something stands behind the command: a semicolon, a bracket, a comment
    between = subject.data[start : second.code.start]
    if b"#" in between or _LASTING.search(first.words[0].text):
        return None
    newline = newline_near(subject.tree, start).decode()
    return Edit(start, end, f" {subject.tree.escape}{newline}    && ".encode())


def _is_special(instruction: Instruction) -> bool:
    return instruction.is_json or bool(instruction.heredocs)
