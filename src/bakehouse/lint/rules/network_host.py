"""A RUN uses the network of the machine that builds.

## What

`RUN --network=host`.

## Why

The commands reach everything that listens on the machine itself, and their result depends on it. Every builder must
allow it (`--allow network.host`).

## Bad

```dockerfile
FROM debian:13
RUN --network=host curl -fsSLO http://localhost:8081/artifact.jar
```

## Good

```dockerfile
FROM debian:13
RUN curl -fsSLO https://artifacts.example.com/artifact.jar
```

## Fix

Unsafe: the flag is taken out. The RUN then has the build's own network.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import remove_run_flag
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="network-host",
    group=Group.SECURITY,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    needs=("--network",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN --network=host."""
    for run in subject.runs:
        if run.step.network == "host":
            flag = next(flag for flag in run.instruction.flags if flag.name == "network")
            fix = unsafe_fix("Use the build's network", remove_run_flag(subject.tree, flag))
            yield Hit("the RUN is in the machine's own network", flag.span, hint="leave --network=host out", fix=fix)
