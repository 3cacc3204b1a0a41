"""An image has many layers.

## What

More than 20 instructions that make a layer (RUN, COPY, ADD, WORKDIR) stand behind one image, those of the stages it
starts from included.

## Why

Every layer costs a round trip when the image is pulled and a mount when it runs. Put together what changes together.

## Bad

The example needs more than the file: such a Dockerfile does not fit on this page.

## Good

```dockerfile
FROM debian:12
COPY . /app/
```

## Fix

None: what belongs together is for the author to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="many-layers", group=Group.MAINTAINABILITY, severity=Severity.INFO)
MAX_LAYERS = 20
_LAYERS = frozenset({"RUN", "COPY", "ADD", "WORKDIR"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every image over the limit."""
    for image in subject.products:
        count = 0
        index: int | None = image.stage.index
        while index is not None:
            stage = subject.stages[index].stage
            count += sum(instruction.name in _LAYERS for instruction in stage.instructions)
            index = stage.origin.stage
        if count > MAX_LAYERS:
            message = f"stage {image.stage.label} adds {count} layers to its base image"
            yield Hit(message, image.stage.from_.code, hint="put together what changes together")
