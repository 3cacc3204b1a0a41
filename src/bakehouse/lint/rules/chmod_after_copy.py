"""Copied files get their mode in a layer of their own.

## What

A RUN changes the mode of files that a COPY or ADD of the same stage brought.

## Why

Changing the mode writes the file into a second layer: the image has it twice, and builds one layer more. `COPY
--chmod` sets the mode while it copies, whatever the mode in the checkout is.

## Bad

```dockerfile
FROM debian:12
COPY entrypoint.sh /entrypoint.sh
RUN chmod +x /entrypoint.sh
```

## Good

```dockerfile
FROM debian:12
COPY --chmod=755 entrypoint.sh /entrypoint.sh
```

## Fix

Unsafe: `--chmod` is added to the COPY, and `chmod` goes. `+x` becomes 755, which is what it makes of the 644 that
files usually have. No fix where the COPY brings other files too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.shell import Command, ShellWord
from bakehouse.dockerfile.state import Step
from bakehouse.lint.layers import copied_paths, copies_before, operands
from bakehouse.lint.line_edits import add_flag
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import drop_operand
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__, name="chmod-after-copy", group=Group.SIZE, severity=Severity.INFO, fix=FixSafety.UNSAFE, needs=("chmod",)
)
_OCTAL = re.compile(r"0?[0-7]{3}\Z")
_EXECUTABLE = frozenset({"+x", "a+x", "+rx", "a+rx", "ugo+x", "u+x", "ug+x", "u+rx"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every chmod of a file that was copied before."""
    for run, command in subject.commands("chmod"):
        if run.stage.stage.index not in subject.shipped:
            continue
        for word, path in operands(run, command, skip=1):
            step = next((s for s in copies_before(run.stage, run.step) if path in copied_paths(s)), None)
            if step is None or any(w.static in ("-R", "--recursive") for w in command.words):
                continue
            yield Hit(
                f"chmod copies {path} into a second layer",
                word.span,
                hint="set the mode with COPY --chmod",
                fix=_fix(subject, run, command, word, step),
            )


def _fix(subject: Subject, run: Run, command: Command, word: ShellWord, step: Step) -> Fix | None:
    plain = [w for w in command.words[1:] if not w.static.startswith("-")]
    mode = plain[0].static if plain else ""
    if mode in _EXECUTABLE:
        mode = "755"
    made = list(copied_paths(step))
    if not _OCTAL.match(mode) or step.instruction.flag("chmod") is not None or len(made) != 1:
        return None
    if any(c in source.path for source in step.sources for c in "*?[") or len(plain) < len(command.words) - 1:
        return None
    removal = drop_operand(subject.tree, run, command, word, others=len(plain) - 2)
    return unsafe_fix("Set the mode while copying", add_flag(step.instruction, f"--chmod={mode}"), removal)
