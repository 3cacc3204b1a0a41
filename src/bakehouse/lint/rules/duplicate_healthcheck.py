"""Of several HEALTHCHECK in a stage only the last has an effect.

## What

A stage has more than one HEALTHCHECK.

## Why

The image keeps one check. What the others look at is never looked at.

## Bad

```dockerfile
HEALTHCHECK CMD ["check", "database"]
HEALTHCHECK CMD ["check"]
```

## Good

```dockerfile
HEALTHCHECK CMD ["check"]
```

## Fix

Safe: all but the last are removed. Another stage that starts from this one gets the same check as before.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject
from bakehouse.lint.superseded import superseded

RULE = rule(
    __doc__,
    name="duplicate-healthcheck",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    aliases=("DL3012", "MultipleInstructionsDisallowed"),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every HEALTHCHECK that a later one of its stage replaces."""
    return superseded(subject, "HEALTHCHECK")
