"""Of several ENTRYPOINT in a stage only the last has an effect.

## What

A stage has more than one ENTRYPOINT.

## Why

The image keeps one entrypoint. A wrapper such as tini that stands in the first one is never called.

## Bad

```dockerfile
ENTRYPOINT ["tini", "--"]
ENTRYPOINT ["server"]
```

## Good

```dockerfile
ENTRYPOINT ["server"]
```

## Fix

Safe: all but the last are removed. Another stage that starts from this one gets the same entrypoint as before.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject
from bakehouse.lint.superseded import superseded

RULE = rule(
    __doc__,
    name="duplicate-entrypoint",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    aliases=("DL4004", "MultipleInstructionsDisallowed"),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every ENTRYPOINT that a later one of its stage replaces."""
    return superseded(subject, "ENTRYPOINT")
