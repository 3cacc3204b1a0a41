"""The JSON form has shell syntax in it, which no shell reads.

## What

An argument of a JSON array is a variable (`"$PORT"`) or an operator (`"&&"`), and the program is no shell.

## Why

The JSON form starts the program directly. It gets the five characters `$PORT`, not the value, and `&&` as an
argument.

## Bad

```dockerfile
CMD ["gunicorn", "--bind", "0.0.0.0:$PORT", "app:app"]
```

## Good

```dockerfile
CMD ["sh", "-c", "exec gunicorn --bind 0.0.0.0:$PORT app:app"]
```

## Fix

None: whether a shell is in the image, and what should happen without the variable, is for the author to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.shell import SHELLS
from bakehouse.dockerfile.syntax import Instruction
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="exec-form-shell-syntax", group=Group.CORRECTNESS, severity=Severity.WARNING)
_VARIABLE = re.compile(r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\}|\()")
_OPERATORS = frozenset({"&&", "||", "|", ";", ">", ">>", "<", "2>&1", "&", "2>", "&>"})
_READERS = frozenset(
    {"cmd", "powershell", "pwsh", "awk", "gawk", "perl", "envsubst", "python", "python3", "ruby", "node"}
)
"""Programs that give such characters a meaning of their own."""


def check(subject: Subject) -> Iterator[Hit]:
    """The first such argument of every JSON form."""
    for instruction in subject.named("CMD", "ENTRYPOINT", "RUN", "HEALTHCHECK"):
        if not instruction.is_json or _is_read(instruction):
            continue
        for word in instruction.words[1:]:
            variable = _VARIABLE.search(word.text)
            if word.text in _OPERATORS or variable:
                shown = variable[0] if variable else word.text
                message = f"no shell reads the JSON form: the program gets {shown} as it is"
                yield Hit(message, word.span, hint='start a shell: ["sh", "-c", "exec ..."], or use the shell form')
                break


def _is_read(instruction: Instruction) -> bool:
    """Whether one of the words starts a shell, or another program that reads such text."""
    names = (re.split(r"[/\\]", word.text.lower().removesuffix(".exe"))[-1] for word in instruction.words)
    return any(name in SHELLS or name in _READERS for name in names)
