"""The time of the build is written into the layer.

## What

A RUN calls `date` and keeps what it says: `date > /built`, `VERSION=$(date +%s)`.

## Why

Every build without cache gives another image, and a build with cache keeps the old time: the stamp is wrong as soon
as it is useful. `SOURCE_DATE_EPOCH` and the label `org.opencontainers.image.created` are made for this.

## Bad

```dockerfile
FROM debian:13
RUN date > /built
```

## Good

```dockerfile
FROM debian:13
ARG SOURCE_DATE_EPOCH=0
RUN date --date="@$SOURCE_DATE_EPOCH" > /built
```

## Fix

None: which time is wanted is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="build-time-in-layer", group=Group.REPRODUCIBILITY, severity=Severity.INFO)
_GIVEN = ("-d", "--date", "-r", "--reference", "-s", "--set", "--version", "--help")


def check(subject: Subject) -> Iterator[Hit]:
    """Every date whose output goes somewhere and that is given no time."""
    for program in subject.programs("date"):
        if "SOURCE_DATE_EPOCH" in program.run.instruction.original:
            continue
        kept = program.command.nested or any(word.raw.startswith(">") for word in program.command.redirects)
        if kept and not any(argument.startswith(_GIVEN) for argument in program.arguments):
            yield Hit(
                "the time of the build becomes part of the image",
                program.command.span,
                hint="give date the time, from ARG SOURCE_DATE_EPOCH",
            )
