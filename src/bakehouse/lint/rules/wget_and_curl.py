"""A stage uses both wget and curl.

## What

RUNs of one stage download with wget and with curl, and the stage installs one of them.

## Why

They do the same: one of the two, with the libraries it brings, need not be in the image.

## Bad

```dockerfile
RUN apt-get update && apt-get install -y wget curl
RUN wget -q https://example.com/a && curl -fsSLO https://example.com/b
```

## Good

```dockerfile
RUN apt-get update && apt-get install -y curl
RUN curl -fsSLO https://example.com/a && curl -fsSLO https://example.com/b
```

## Fix

None: their flags differ.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Program, Subject

RULE = rule(__doc__, name="wget-and-curl", group=Group.CORRECTNESS, severity=Severity.INFO, aliases=("DL4001",))


def check(subject: Subject) -> Iterator[Hit]:
    """For each such stage the first use of the program that is used less."""
    wget, curl = _by_stage(subject, "wget"), _by_stage(subject, "curl")
    for index in sorted(set(wget) & set(curl)):
        installed = {
            package.name for run, call in subject.calls("apt-get", "apk", "yum", "zypper", "aptitude", "pacman")
            if run.stage.stage.index == index and call.installs for package in call.packages
        }  # fmt: skip
        if installed & {"wget", "curl"}:
            fewer = min((wget[index], curl[index]), key=len)
            other = "curl" if fewer is wget[index] else "wget"
            message = f"{fewer[0].name} here, and {other} elsewhere in the stage"
            yield Hit(message, fewer[0].command.span, hint="use one of the two")


def _by_stage(subject: Subject, name: str) -> dict[int, list[Program]]:
    found: dict[int, list[Program]] = {}
    for program in subject.programs(name):
        found.setdefault(program.run.stage.stage.index, []).append(program)
    return found
