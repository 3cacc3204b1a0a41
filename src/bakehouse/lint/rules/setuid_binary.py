"""A program gets the setuid bit.

## What

`chmod u+s`, `chmod 4755`, `COPY --chmod=4755`, `install -m 4755`.

## Why

The program runs with its owner's rights, whoever calls it: for an attacker in the container it is the way to root.

## Bad

```dockerfile
FROM debian:13
RUN chmod u+s /usr/bin/tool
```

## Good

```dockerfile
FROM debian:13
RUN setcap cap_net_raw+ep /usr/bin/tool
```

## Fix

None: what the bit was meant for is not known. A single capability (`setcap`) is often enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="setuid-binary",
    group=Group.SECURITY,
    severity=Severity.WARNING,
    aliases=("CIS-DI-0008",),
    needs=("chmod", "install"),
)
_SETUID = re.compile(r"(?:--mode=|-m)?0*[4567][0-7]{3}|(?:[ugo]*[ua][ugo]*)?[+=][rwxX]*s[rwxXst]*")


def check(subject: Subject) -> Iterator[Hit]:
    """Every mode with the setuid bit."""
    for program in subject.programs("chmod", "install"):
        for word in program.words[1:]:
            if any(_SETUID.fullmatch(part) for part in word.static.split(",")):
                yield Hit("the program runs as its owner for everybody", word.span, hint="use a capability: setcap")
                break
    for instruction in subject.named("COPY", "ADD"):
        for flag in instruction.flags:
            if flag.name == "chmod" and _SETUID.fullmatch(flag.value or ""):
                yield Hit("the program runs as its owner for everybody", flag.span, hint="use a capability: setcap")
