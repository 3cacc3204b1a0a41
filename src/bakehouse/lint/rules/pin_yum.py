"""yum packages have no version.

## What

`yum install` names packages without `-version`.

## Why

The same Dockerfile gives another image tomorrow: whatever is newest that day is installed, and what was tested
is not what is shipped.

## Bad

```dockerfile
FROM centos:7
RUN yum install -y httpd
```

## Good

```dockerfile
FROM centos:7
RUN yum install -y httpd-2.4.6
```

## Fix

None: the versions are not in the file. `yum --showduplicates list PACKAGE` shows them.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.pins import has_rpm_version, unpinned_hits
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="pin-yum",
    group=Group.REPRODUCIBILITY,
    severity=Severity.WARNING,
    aliases=("DL3033",),
    default=False,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every yum call that installs by name alone."""
    yield from unpinned_hits(
        subject, ("yum",), ("install", "reinstall"), has_rpm_version, "NAME-VERSION", programs=("yum",)
    )
