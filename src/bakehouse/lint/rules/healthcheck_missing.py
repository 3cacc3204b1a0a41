"""An image has no HEALTHCHECK.

## What

No stage that the image is made of has a HEALTHCHECK.

## Why

Without one Docker and Compose only know that the process exists, not that it answers; `depends_on: condition:
service_healthy` needs one. Kubernetes has probes of its own and ignores it, so the rule is off by default.

## Bad

```dockerfile
FROM nginx:1.27
```

## Good

```dockerfile
FROM nginx:1.27
HEALTHCHECK CMD curl -fsS http://localhost/ || exit 1
```

## Fix

None: what to ask is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="healthcheck-missing",
    group=Group.MAINTAINABILITY,
    severity=Severity.INFO,
    aliases=("DL3057",),
    default=False,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every image without one; HEALTHCHECK NONE is a decision too."""
    for image in subject.products:
        if not image.end.has_healthcheck and not _decides(subject, image.stage.index):
            hint = "add HEALTHCHECK, or HEALTHCHECK NONE where something else looks after it"
            yield Hit(f"stage {image.stage.label} has no HEALTHCHECK", image.stage.from_.code, hint=hint)


def _decides(subject: Subject, index: int | None) -> bool:
    """Whether a stage, or one that it starts from, has a HEALTHCHECK of any kind."""
    while index is not None:
        stage = subject.stages[index].stage
        if any(instruction.name == "HEALTHCHECK" for instruction in stage.instructions):
            return True
        index = stage.origin.stage
    return False
