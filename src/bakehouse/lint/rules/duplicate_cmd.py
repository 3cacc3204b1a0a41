"""Of several CMD in a stage only the last has an effect.

## What

A stage has more than one CMD.

## Why

The image keeps one default command. Whoever reads or changes the first one wonders why nothing happens.

## Bad

```dockerfile
CMD ["server", "--debug"]
CMD ["server"]
```

## Good

```dockerfile
CMD ["server"]
```

## Fix

Safe: all but the last are removed. Another stage that starts from this one gets the same command as before.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject
from bakehouse.lint.superseded import superseded

RULE = rule(
    __doc__,
    name="duplicate-cmd",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    aliases=("DL4003", "MultipleInstructionsDisallowed"),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every CMD that a later one of its stage replaces."""
    return superseded(subject, "CMD")
