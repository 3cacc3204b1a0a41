"""apt installs recommended packages too.

## What

`apt-get install` runs without `--no-install-recommends`.

## Why

Recommended packages are what a desktop wants: they often double what a small installation downloads and leaves
in the image, and each of them can have holes.

## Bad

```dockerfile
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
```

## Good

```dockerfile
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
```

`-o APT::Install-Recommends=false` and a configuration file written by an earlier RUN count as well.

## Fix

Unsafe: the flag is added. Something that was only recommended may be needed after all (curl needs
ca-certificates for https, for instance); then name it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import add_flag
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="no-install-recommends",
    group=Group.SIZE,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
    aliases=("DL3015",),
    needs=("apt",),
)
_CONFIGURED = re.compile(rb"APT::Install-Recommends", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\w+|\$\{\w+\}")
_FLAG = "--no-install-recommends"


def check(subject: Subject) -> Iterator[Hit]:
    """Every `apt-get install` that takes recommendations."""
    calls = subject.calls("apt-get")
    configured = _CONFIGURED.search(subject.data) if calls else None
    for run, call in calls:
        if call.verb != "install" or not call.packages or call.program == "aptitude":
            continue
        if call.has(_FLAG, "--install-recommends") or (configured and configured.start() < call.command.span.end):
            continue
        if all(_VARIABLE.fullmatch(package.word.raw) for package in call.packages):  # one of them may hold the flag
            continue
        yield Hit(
            f"{call.program} installs recommended packages too",
            call.command.span,
            hint=f"add {_FLAG}",
            fix=unsafe_fix(f"Add {_FLAG}", add_flag(run, call, _FLAG)),
        )
