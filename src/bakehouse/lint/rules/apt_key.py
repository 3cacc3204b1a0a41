"""apt-key trusts a key for all repositories.

## What

A RUN calls `apt-key add` or `apt-key adv`.

## Why

A key added that way may sign packages of every repository, Debian's own too. apt-key is deprecated since 2020, and
gone from Debian 13: there the build fails.

## Bad

```dockerfile
FROM debian:12
RUN curl -fsSL https://example.com/key.asc | apt-key add -
```

## Good

```dockerfile
FROM debian:12
ADD https://example.com/key.asc /etc/apt/keyrings/example.asc
RUN echo "deb [signed-by=/etc/apt/keyrings/example.asc] https://example.com/apt stable main" \\
    > /etc/apt/sources.list.d/example.list
```

## Fix

None: which source belongs to the key is not certain.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="apt-key", group=Group.SECURITY, severity=Severity.WARNING)


def check(subject: Subject) -> Iterator[Hit]:
    """Every apt-key that adds or fetches."""
    for program in subject.programs("apt-key"):
        if any(argument in ("add", "adv") for argument in program.arguments):
            yield Hit(
                "apt-key trusts the key for every repository, and is gone from Debian 13",
                program.command.span,
                hint="put the key into /etc/apt/keyrings, and name it in the source with signed-by=",
            )
