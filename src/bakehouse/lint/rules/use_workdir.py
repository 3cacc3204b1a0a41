"""A RUN begins with cd where WORKDIR says it once.

## What

The first command of a RUN is `cd /directory &&`, and it is the only one.

## Why

WORKDIR holds for all instructions after it, makes the directory if need be, and is seen by whoever reads the file.
Scripts that walk through several directories, and work in `/tmp`, are left alone.

## Bad

```dockerfile
RUN cd /src && make
```

## Good

```dockerfile
WORKDIR /src
RUN make
```

## Fix

Unsafe: a WORKDIR is put before the RUN where the next instruction sets the directory again (WORKDIR or `cd`) or where
it is that directory already. No fix where later instructions would run somewhere else.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert_line_before
from bakehouse.dockerfile.shell import Command
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import remove_command
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="use-workdir",
    group=Group.MAINTAINABILITY,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
    aliases=("DL3003",),
)
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 - not used, only recognised


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN that begins with its only cd, to an absolute directory."""
    moved: set[int] = set()  # stages with a fix: one at a time, since each moves the directory of what follows
    for run in subject.runs:
        first = _leading_cd(run)
        if first is None:
            continue
        directory = first.words[1].static
        fix = None if run.stage.stage.index in moved else _fix(subject, run, first)
        if fix is not None:
            moved.add(run.stage.stage.index)
        yield Hit(f"cd {directory} at the head of a RUN", first.span, hint=f"use WORKDIR {directory}", fix=fix)


def _leading_cd(run: Run) -> Command | None:
    chain = run.chain
    if len(chain) < 2 or run.instruction.is_json or run.instruction.heredocs or run.script.commands[0] is not chain[0]:
        return None
    if sum(command.name in ("cd", "pushd") for command in run.script.commands) != 1 or chain[1].operator != "&&":
        return None
    first = chain[0]
    if first.name != "cd" or first.operator or len(first.words) != 2:
        return None
    directory = first.words[1].text or ""
    return first if directory.startswith("/") and not directory.startswith(_TEMPORARY) else None


def _fix(subject: Subject, run: Run, first: Command) -> Fix | None:
    directory = first.words[1].static
    if any(char.isspace() or char in "$\"'\\" for char in directory):
        return None
    removal = remove_command(subject.tree, run, first)
    if run.step.before.workdir == directory:
        return unsafe_fix("Remove the cd", removal)
    if not _is_set_next(subject, run):
        return None
    line = insert_line_before(subject.tree, run.instruction.span, f"WORKDIR {directory}")
    return unsafe_fix(f"Use WORKDIR {directory}", line, removal)


def _is_set_next(subject: Subject, run: Run) -> bool:
    """Whether the next instruction of the stage that asks for the directory sets it first."""
    later = [step for step in run.stage.steps if step.instruction.span.start > run.instruction.span.start]
    for step in later:
        name = step.instruction.name
        if name in ("ENV", "LABEL", "ARG", "EXPOSE", "USER", "STOPSIGNAL", "SHELL"):
            continue
        if name == "WORKDIR":
            return bool(step.values) and step.values[0].startswith("/")
        found = subject.run_of(step)
        return found is not None and _leading_cd(found) is not None
    return False
