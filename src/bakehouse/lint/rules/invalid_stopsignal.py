"""STOPSIGNAL is no signal, or one that no program can act on.

## What

STOPSIGNAL names a signal that Linux does not have, or KILL or STOP.

## Why

BuildKit refuses an unknown signal. KILL ends the program at once, without a chance to close its files; STOP does not
end it at all.

## Bad

```dockerfile
STOPSIGNAL SIGKILL
```

## Good

```dockerfile
STOPSIGNAL SIGQUIT
```

## Fix

None: the signal that the program listens to is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.lint.bases import is_windows
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="invalid-stopsignal", group=Group.CORRECTNESS, severity=Severity.ERROR)
_SIGNALS = frozenset({
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE",
    "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU",
    "UNUSED", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
})  # fmt: skip
_REAL_TIME = re.compile(r"RTMIN(?:\+\d+)?\Z|RTMAX(?:-\d+)?\Z")
_DEADLY = {"KILL", "STOP", "9", "19"}


def check(subject: Subject) -> Iterator[Hit]:
    """Every such signal."""
    for stage, step in subject.steps_named("STOPSIGNAL"):
        value = step.values[0] if step.values else ""
        word = step.instruction.words[0]
        if "$" in word.text or is_windows(stage, subject):
            continue
        name = value.upper().removeprefix("SIG")
        is_number = name.isdecimal() and 1 <= int(name[:6]) <= 64
        if not is_number and name not in _SIGNALS and not _REAL_TIME.match(name):
            yield Hit(f"{value} is no signal", word.span, hint="use a name such as SIGTERM, or a number up to 64")
        elif name in _DEADLY:
            hint = "use one that the program can act on, such as SIGTERM or SIGQUIT"
            yield Hit(f"no program can act on {value}", word.span, hint=hint, severity=Severity.WARNING)
