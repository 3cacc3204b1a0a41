"""zypper packages have no version.

## What

`zypper install` names packages without `=version`.

## Why

The same Dockerfile gives another image tomorrow: whatever is newest that day is installed, and what was tested
is not what is shipped.

## Bad

```dockerfile
FROM opensuse/leap:15
RUN zypper install -y httpd
```

## Good

```dockerfile
FROM opensuse/leap:15
RUN zypper install -y httpd=2.4.62
```

## Fix

None: the versions are not in the file. `zypper search -s PACKAGE` shows them.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.pins import has_version, unpinned_hits
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="pin-zypper",
    group=Group.REPRODUCIBILITY,
    severity=Severity.WARNING,
    aliases=("DL3037",),
    default=False,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every zypper call that installs by name alone."""
    yield from unpinned_hits(subject, ("zypper",), ("install", "in"), has_version, "NAME=VERSION")
