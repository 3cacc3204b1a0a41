"""Node packages have no version.

## What

`npm install`, `yarn add`, `pnpm add` or `bun add` names packages without a version, or with a tag such as
`latest`.

## Why

The same Dockerfile gives another image tomorrow: whatever is newest that day is installed, and what was tested
is not what is shipped.

## Bad

```dockerfile
FROM node:22
RUN npm install -g pnpm
```

## Good

```dockerfile
FROM node:22
RUN npm install -g pnpm@10.4.1
```

## Fix

None: the versions are not in the file. `npm view PACKAGE version` shows the newest.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.pins import has_number, unpinned_hits
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="pin-npm",
    group=Group.REPRODUCIBILITY,
    severity=Severity.WARNING,
    aliases=("DL3016",),
    default=False,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every npm, yarn, pnpm or bun call that installs by name alone."""
    yield from unpinned_hits(
        subject, ("npm", "yarn", "pnpm", "bun"), ("install", "i", "add", "global add"), has_number, "NAME@VERSION"
    )
