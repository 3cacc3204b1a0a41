"""Copied files get their owner in a layer of their own.

## What

A RUN changes the owner of files that a COPY or ADD of the same stage brought.

## Why

Changing the owner writes every file into a second layer: the image has all of them twice. `COPY --chown` sets the
owner while it copies.

## Bad

```dockerfile
FROM node:20-slim
WORKDIR /app
COPY . .
RUN chown -R node:node /app
USER node
```

## Good

```dockerfile
FROM node:20-slim
WORKDIR /app
COPY --chown=node:node . .
USER node
```

## Fix

Unsafe: `--chown` is added to the COPY, and `chown` goes; `chown -R` of a directory stays without `-R`, so that
the directory itself still has the owner. No fix where a RUN stands between the two, or another command before the
chown, since that may have made files or the user.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bakehouse.dockerfile.shell import Command, ShellWord
from bakehouse.dockerfile.state import Step
from bakehouse.lint.layers import copied_paths, copies_before, matches, operands, runs_between
from bakehouse.lint.line_edits import add_flag
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import drop_operand, remove_word
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.edit import Edit
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="chown-after-copy",
    group=Group.SIZE,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    needs=("chown",),
)
_OWNER = re.compile(r"([\w-]+)(?::([\w-]+))?\Z")
_RECURSIVE = re.compile(r"-[a-zA-Z]*R[a-zA-Z]*\Z|--recursive\Z")
_HARMLESS = frozenset({"chown", "chmod", "rm", "echo", "set"})  # they make no files, and no users


class Chown(NamedTuple):
    """One path that a chown is given; `recursive` is the word `-R` where it is there."""

    run: Run
    command: Command
    word: ShellWord
    path: str
    recursive: ShellWord | None


def check(subject: Subject) -> Iterator[Hit]:
    """Every chown of what was copied before."""
    for run, command in subject.commands("chown"):
        if run.stage.stage.index not in subject.shipped or any(w.static.startswith("--ref") for w in command.words):
            continue
        recursive = next((word for word in command.words[1:] if _RECURSIVE.match(word.static)), None)
        for word, path in operands(run, command, skip=1):
            copies = [step for step in copies_before(run.stage, run.step) if _brings(step, path, recursive is not None)]
            if path == "/" or not copies or all(step.instruction.flag("chown") for step in copies):
                continue
            yield Hit(
                f"chown copies all files of {path} into a second layer",
                word.span,
                hint="set the owner with COPY --chown",
                fix=_fix(subject, Chown(run, command, word, path, recursive), copies),
                severity=Severity.WARNING if recursive else Severity.INFO,
            )


def _brings(step: Step, path: str, recursive: bool) -> bool:
    if recursive:
        return any(matches(path, made) for made in copied_paths(step))
    return _is_file(step, path)


def _is_file(step: Step, path: str) -> bool:
    return path in copied_paths(step) and "." in path.rpartition("/")[2]


def _fix(subject: Subject, chown: Chown, copies: list[Step]) -> Fix | None:
    run, command, word, path, recursive = chown
    owner = next((w for w in command.words[1:] if not w.static.startswith("-")), None)
    match = _OWNER.match(owner.text or "") if owner is not None else None
    paths = [found for _, found in operands(run, command, skip=1)]
    before = [c.name for c in run.script.commands if c.span.start < command.span.start]
    if match is None or "*" in path or any(name not in _HARMLESS for name in before):
        return None
    if any(runs_between(run.stage, step, run.step) or step.instruction.flag("chown") for step in copies):
        return None
    edits: list[Edit | None] = [add_flag(s.instruction, f"--chown={match[1]}:{match[2] or 0}") for s in copies]
    if recursive is None or all(_is_file(s, path) for s in copies):
        edits.append(drop_operand(subject.tree, run, command, word, others=len(paths) - 1))
    elif len(paths) == 1 and recursive.static in ("-R", "--recursive"):
        edits.append(remove_word(subject.tree, run.instruction, recursive))
    else:
        return None
    return unsafe_fix("Set the owner while copying", *edits)
