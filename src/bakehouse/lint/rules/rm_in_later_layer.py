"""Files are removed in a later layer than the one that brought them.

## What

A RUN removes what an earlier COPY, ADD or download of the same stage put there.

## Why

A layer is never changed afterwards: the removal only hides the files. They are still pushed, pulled and stored,
and whoever unpacks the image can read them.

## Bad

```dockerfile
FROM debian:12
COPY tool.deb /tmp/tool.deb
RUN dpkg -i /tmp/tool.deb && rm /tmp/tool.deb
```

## Good

```dockerfile
FROM debian:12
RUN --mount=type=bind,source=tool.deb,target=/tmp/tool.deb dpkg -i /tmp/tool.deb
```

A download belongs in the RUN that uses and removes it. A stage that only hands files on by COPY is not looked at.

## Fix

Unsafe: where the next RUN after a COPY of one source removes just that, the COPY becomes a bind mount of the RUN,
and the removal goes. It is unsafe because the mount is read-only, and because a later instruction might still
want the file's directory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bakehouse.dockerfile.edits import delete
from bakehouse.dockerfile.shell import Command, ShellWord
from bakehouse.dockerfile.sources import SourceKind
from bakehouse.dockerfile.state import Step
from bakehouse.lint.layers import RECENT, copied_paths, downloaded, matches, operands, runs_between
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import add_mounts, drop_operand
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.finding import Fix

RULE = rule(__doc__, name="rm-in-later-layer", group=Group.SIZE, severity=Severity.WARNING, fix=FixSafety.UNSAFE)
_PLAIN = re.compile(r"[\w./@+~-]+\Z")


class Written(NamedTuple):
    """A path, the operand of rm that names it, and the step that wrote it."""

    word: ShellWord
    path: str
    step: Step


def check(subject: Subject) -> Iterator[Hit]:
    """Every rm of what an earlier layer of the same stage holds."""
    removing = subject.shipped & {run.stage.stage.index for run, _ in subject.commands("rm")}
    loaded = _loads(subject) if removing else {}
    for index in sorted(removing):
        written: list[tuple[str, Step]] = []
        for step in subject.stages[index].steps:
            if step.instruction.name in ("COPY", "ADD"):
                written += [(path, step) for path in copied_paths(step)]
            run = subject.run_of(step)
            if run is None:
                continue
            gone: list[str] = []
            for command in _removals(run):
                named = list(operands(run, command))
                gone += [path for _, path in named]
                found = _earlier(named, written)
                if found is not None:
                    yield _hit(subject, run, command, found)
            written += [(path, step) for path in loaded.get(run.start, ()) if not run.keeps_out(path)]
            written = [(path, at) for path, at in written if not any(matches(g, path) for g in gone)][-RECENT:]


def _hit(subject: Subject, run: Run, command: Command, found: Written) -> Hit:
    return Hit(
        f"{found.path} stays in the layer of line {found.step.instruction.start_line}; rm only hides it",
        found.word.span,
        hint="bring it and remove it in one RUN, or mount it: RUN --mount=type=bind",
        fix=_fix(subject, run, command, found),
    )


def _removals(run: Run) -> list[Command]:
    return [command for command in run.script.commands if command.name == "rm"]


def _earlier(named: list[tuple[ShellWord, str]], written: list[tuple[str, Step]]) -> Written | None:
    """What an operand names that an earlier step wrote; the last such step counts."""
    for path, step in reversed(written):
        for word, operand in named:
            if operand != "/" and matches(operand, path):
                return Written(word, path, step)
    return None


def _loads(subject: Subject) -> dict[int, list[str]]:
    """What curl and wget of each RUN write, by the RUN's start."""
    found: dict[int, list[str]] = {}
    for run, _, _, path in downloaded(subject):
        if path:
            found.setdefault(run.start, []).append(path)
    return found


def _fix(subject: Subject, run: Run, command: Command, found: Written) -> Fix | None:
    word, path, step = found
    copy = step.instruction
    if copy.name != "COPY" or len(step.sources) != 1 or runs_between(run.stage, step, run.step):
        return None
    source = step.sources[0]
    named = list(operands(run, command))
    if [operand for w, operand in named if w is word] != [path] or source.kind is SourceKind.HEREDOC:
        return None
    if any(flag.name not in ("from", "link") for flag in copy.flags) or not _PLAIN.match(source.path) or copy.is_json:
        return None
    origin = copy.flag("from")
    mount = f"--mount=type=bind,{f'from={origin},' if origin else ''}source={source.path},target={path}"
    others = len([w for w in command.words[1:] if not w.static.startswith("-")]) - 1
    return unsafe_fix(
        "Mount the file instead of copying it",
        delete(copy.span),
        add_mounts(subject.tree, run.instruction, mount),
        drop_operand(subject.tree, run, command, word, others=others) if len(run.script.commands) > 1 else None,
    )
