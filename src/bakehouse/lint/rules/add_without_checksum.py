"""ADD downloads a file and does not compare its checksum.

## What

ADD has an http address and no `--checksum`.

## Why

With a checksum the file is what it was, and BuildKit need not ask the server again. Without one it is whatever the
server gives.

## Bad

```dockerfile
FROM debian:13
ADD https://example.com/tool-1.4.tar.gz /tmp/
```

## Good

```dockerfile
FROM debian:13
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d \\
    https://example.com/tool-1.4.tar.gz /tmp/
```

## Fix

None: the checksum is not in the file. `sha256sum` of the file gives it.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.sources import SourceKind
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__, name="add-without-checksum", group=Group.REPRODUCIBILITY, severity=Severity.INFO, aliases=("DD059",)
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every address of an ADD without --checksum."""
    for _, step in subject.steps_named("ADD"):
        if step.instruction.flag("checksum"):
            continue
        for source in step.sources:
            if source.kind is SourceKind.URL:
                yield Hit("the download's checksum is not compared", source.span, hint="add --checksum=sha256:...")
