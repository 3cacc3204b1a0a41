"""The default shell is changed by a link over /bin/sh.

## What

A RUN links `/bin/sh` to another shell.

## Why

SHELL says which shell reads the shell form of later instructions, and says so in the file. The link changes every
script of the image, maintainer scripts of packages too, and is undone by an update of the package that owns it.

## Bad

```dockerfile
RUN ln -sf /bin/bash /bin/sh
```

## Good

```dockerfile
SHELL ["/bin/bash", "-c"]
```

## Fix

Unsafe: a RUN that does nothing else (but remove the old link) becomes a SHELL instruction. Scripts that call
`/bin/sh` get the base image's shell then.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Program, Subject

RULE = rule(
    __doc__,
    name="shell-instruction",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DL4005",),
)
_SH = ("/bin/sh", "/usr/bin/sh")


def check(subject: Subject) -> Iterator[Hit]:
    """Every ln over /bin/sh."""
    for program in subject.programs("ln"):
        operands = [word for word in program.arguments if not word.startswith("-")]
        if len(operands) == 2 and operands[1] in _SH and operands[0].rpartition("/")[2] != "sh":
            shell = operands[0] if operands[0].startswith("/") else f"/bin/{operands[0]}"
            line = f'SHELL ["{shell}", "-c"]'
            fix = unsafe_fix(f"Use {line}", replace(program.run.instruction.code, line)) if _is_all(program) else None
            yield Hit("the shell is changed for the whole image", program.command.span, hint=f"use {line}", fix=fix)


def _is_all(program: Program) -> bool:
    """Whether the RUN has nothing but this ln and the removal of the old link."""
    run = program.run
    others = [c for c in run.script.commands if c is not program.command]
    is_removal = all(c.name in ("rm", "mv", "unlink") and any(w.static in _SH for w in c.words) for c in others)
    return is_removal and not run.instruction.flags and not run.instruction.heredocs and run.script.whole
