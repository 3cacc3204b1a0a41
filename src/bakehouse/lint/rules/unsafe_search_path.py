"""The current directory is searched for programs or libraries.

## What

ENV gives PATH, LD_LIBRARY_PATH or PYTHONPATH a part that is empty, `.` or relative. Often it is an accident:
`LD_LIBRARY_PATH=$LD_LIBRARY_PATH:/opt/lib` begins with nothing where the variable was not set before.

## Why

An empty part means the current directory. Whoever can put a file there (an upload, a mounted volume) has it run.

## Bad

```dockerfile
FROM debian:13
ENV LD_LIBRARY_PATH=/opt/lib:$LD_LIBRARY_PATH
```

## Good

```dockerfile
FROM debian:13
ENV LD_LIBRARY_PATH=/opt/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
```

## Fix

Unsafe: the old value is added only where there is one. No fix for `.` and relative parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="unsafe-search-path", group=Group.SECURITY, severity=Severity.INFO, fix=FixSafety.UNSAFE)
_VARIABLE = re.compile(r"\$\{[^{}]*\}")
_NAMES = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH")
_HINT = "${%s:+...} adds the old value only where there is one"


def check(subject: Subject) -> Iterator[Hit]:
    """Every ENV of a search path with such a part."""
    for _, step in subject.steps_named("ENV"):
        for pair in step.instruction.pairs:
            name = pair.key.text
            if name not in _NAMES or pair.value is None:
                continue
            value = pair.value.text.strip("\"'")
            if name != "PATH" and name not in step.before.env and _old_value(name).search(value):
                text = _old_value(name).sub(_guarded(name), pair.value.text)
                fix = unsafe_fix("Add the old value only where there is one", replace(pair.value.span, text))
                message = f"where {name} was not set before, the current directory is searched"
                yield Hit(message, pair.value.span, hint=_HINT % name, fix=fix)
            elif any(not part or not part.startswith(("/", "$", "~", "%")) for part in _parts(value)):
                yield Hit(
                    f"{name} has the current directory in it", pair.value.span, hint="name whole directories only"
                )


def _parts(value: str) -> list[str]:
    """The parts of a search path, `${x:-y}` kept together; none for Windows and for an empty value."""
    if not value or "\\" in value or ";" in value:
        return []
    inner = value
    while (outer := _VARIABLE.sub("$V", inner)) != inner:  # `${x:+${x}:}` from the inside out
        inner = outer
    return inner.split(":")


def _old_value(name: str) -> re.Pattern[str]:
    """The old value at the end or at the beginning, with the colon that sets it apart."""
    old = rf"\$(?:{name}|\{{{name}\}})"
    return re.compile(rf":{old}(?=[\"']?\Z)|(?:\A|(?<=\A\")){old}:")


def _guarded(name: str) -> Callable[[re.Match[str]], str]:
    def replacement(match: re.Match[str]) -> str:
        at_end = match[0].startswith(":")
        return f"${{{name}:+:${name}}}" if at_end else f"${{{name}:+${name}:}}"

    return replacement
