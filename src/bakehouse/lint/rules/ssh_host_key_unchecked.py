"""The host key of an ssh server is not checked.

## What

`StrictHostKeyChecking no` (or `accept-new` without known hosts) in a command, a configuration file or
`GIT_SSH_COMMAND`.

## Why

The connection may go to anybody. As a setting of the image it stays so in every container.

## Bad

```dockerfile
FROM debian:13
RUN --mount=type=ssh GIT_SSH_COMMAND="ssh -o StrictHostKeyChecking=no" git clone git@github.com:example/tool.git
```

## Good

```dockerfile
FROM debian:13
COPY known_hosts /etc/ssh/ssh_known_hosts
RUN --mount=type=ssh git clone git@github.com:example/tool.git
```

## Fix

None: the server's key is not in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="ssh-host-key-unchecked",
    group=Group.SECURITY,
    severity=Severity.WARNING,
    needs=("stricthostkeychecking",),
)
_OFF = re.compile(rb"StrictHostKeyChecking[ =\\t]*\"?(?:no|off)\b", re.IGNORECASE)


def check(subject: Subject) -> Iterator[Hit]:
    """Every place that turns the check off, comments left out."""
    if b"stricthostkeychecking" not in subject.data.lower():
        return
    for match in _OFF.finditer(subject.data):
        line = subject.data[subject.data.rfind(b"\n", 0, match.start()) + 1 : match.start()]
        if not line.lstrip().startswith(b"#"):
            span = Span(match.start(), match.end())
            yield Hit("the ssh server's key is not checked", span, hint="bring known_hosts with the server's key")
