"""Packages are removed in a later layer than the one that installed them.

## What

A RUN removes packages (`apt-get purge`, `apk del`, `dnf remove`) that an earlier RUN of the same stage installed.

## Why

The files stay in the layer of the installation: the image has their full size, and the removal adds a layer of its
own.

## Bad

```dockerfile
FROM alpine:3.20
RUN apk add --no-cache gcc
RUN make
RUN apk del gcc
```

## Good

```dockerfile
FROM alpine:3.20
RUN apk add --no-cache --virtual .build gcc && make && apk del .build
```

Better still, build in a stage of its own and COPY the result.

## Fix

None: what stands between the two RUNs decides how they can be joined.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="packages-removed-later", group=Group.SIZE, severity=Severity.WARNING)
_MANAGERS = ("apt-get", "apk", "yum", "zypper")
_REMOVING = frozenset({"remove", "purge", "autoremove", "del", "erase", "rm", "autopurge"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every removal of what an earlier RUN of the stage installed."""
    installed: dict[int, dict[str, int]] = {}
    for run in subject.runs:
        if run.stage.stage.index not in subject.shipped:
            continue
        known = installed.setdefault(run.stage.stage.index, {})
        here: dict[str, int] = {}
        for call in run.calls:
            if call.manager not in _MANAGERS:
                continue
            if call.installs:
                here.update((name, run.instruction.start_line) for name in _names(call))
            elif call.verb in _REMOVING:
                names = [name for name in _names(call) if name in known and name not in here]
                if names:
                    yield Hit(
                        f"{names[0]} stays in the layer of line {known[names[0]]}; {call.verb} only hides it",
                        call.command.span,
                        hint="install, use and remove in one RUN, or build in a stage of its own",
                    )
        known.update(here)


def _names(call: PackageCall) -> list[str]:
    """The packages of a call, and the names of apk's virtual packages."""
    virtual = [value for name, value in call.options if name in ("-t", "--virtual")]
    return [*(package.name for package in call.packages if package.word.text), *virtual]
