"""The image's user is a name, not a number.

## What

The last USER of a stage that becomes an image is a name other than root.

## Why

Kubernetes refuses a pod with `runAsNonRoot` whose image has a user by name: it cannot know, without starting
it, that the name is not root. Volumes of the host know numbers only.

## Bad

```dockerfile
FROM node:24
USER node
```

## Good

```dockerfile
FROM node:24
USER 1000
```

## Fix

Unsafe: the number is written where it is certain: the base image's own user, or one that the file makes with
`useradd -u`. The rule is off unless you ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject, is_root
from bakehouse.lint.users import user_ids

RULE = rule(
    __doc__,
    name="user-non-numeric",
    group=Group.SECURITY,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
    aliases=("DL3066",),
    default=False,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every product whose last user is a name."""
    for stage in subject.products:
        said = [s for s in stage.steps if s.instruction.name == "USER" and not s.from_trigger and s.certain]
        if not said or stage.end.user is None or said[-1].values != (stage.end.user,) or is_root(stage.end.user):
            continue
        word = said[-1].instruction.words[0]
        user, colon, group = stage.end.user.partition(":")
        if user.isdigit() and (group.isdigit() or not colon):
            continue
        number = None if colon or word.text != user else user_ids(stage, subject).get(user)
        edit = replace(word.span, str(number)) if number is not None else None
        hint = f"write USER {number}" if number is not None else "write the user's number"
        yield Hit(
            f"the user {stage.end.user} is a name", word.span, hint=hint, fix=unsafe_fix("Write the number", edit)
        )
