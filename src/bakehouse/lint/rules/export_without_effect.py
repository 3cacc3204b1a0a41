"""A RUN ends with export, source or alias, which no later instruction notices.

## What

The last thing a RUN does is to set a variable or an alias in its shell: `export`, `source`, `.`, `alias`.

## Why

The shell ends with the RUN, and its variables with it. Later RUNs and the container do not have them.

## Bad

```dockerfile
RUN export APP_MODE=production
```

## Good

```dockerfile
ENV APP_MODE=production
```

## Fix

Unsafe: a RUN that only exports plain values becomes an ENV. Otherwise none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.dockerfile.syntax import Instruction, Span
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__, name="export-without-effect", group=Group.CORRECTNESS, severity=Severity.WARNING, fix=FixSafety.UNSAFE
)
_LAST = re.compile(r"\s*((export|source|\.|alias)\s+[^&|;<>()`]+)\Z")
_VALUE = r"""(?:"[^"`\\$]*"|'[^']*'|[\w./:@%+,=-]|\$\w+|\$\{\w+\})*"""
_PLAIN = re.compile(rf"export((?:\s+[A-Za-z_]\w*={_VALUE})+)\s*\Z")


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN that ends so."""
    for run in subject.runs:
        instruction = run.instruction
        if instruction.is_json or instruction.heredocs or not run.script.understood or not instruction.words:
            continue
        text = instruction.words[-1].text
        match = _LAST.match(text, max(text.rfind("&&") + 2, text.rfind(";") + 1) if "&" in text or ";" in text else 0)
        if match is None or match[1].count('"') % 2 or match[1].count("'") % 2:
            continue
        instead = "ENV" if match[2] in ("export", "source", ".") else "a file that the shell reads"
        yield Hit(
            f"{match[2]} has no effect on later instructions",
            instruction.code,
            hint=f"use {instead}, or put what needs it into the same RUN",
            fix=_fix(instruction),
        )


def _fix(instruction: Instruction) -> Fix | None:
    word = instruction.words[-1]
    plain = _PLAIN.match(word.text)
    if plain is None or len(instruction.pieces) > 1 or instruction.flags:
        return None
    start = instruction.code.start
    values = word.span.start + len(word.text[: plain.start(1)].encode())
    return unsafe_fix("Use ENV", replace(Span(start, values), "ENV"))
