"""apk packages have no version.

## What

`apk add` names packages without `=version`.

## Why

The same Dockerfile gives another image tomorrow: whatever is newest that day is installed, and what was tested
is not what is shipped. Alpine keeps only the newest build of a package, so that an exact pin breaks later; `~=`
holds the minor version. The rule is off unless you ask for it.

## Bad

```dockerfile
FROM alpine:3.22
RUN apk add --no-cache curl
```

## Good

```dockerfile
FROM alpine:3.22
RUN apk add --no-cache curl~=8.14
```

## Fix

None: the versions are not in the file. `apk policy PACKAGE` in the base image shows them.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import Package, PackageCall
from bakehouse.lint.pins import has_version, unpinned_hits
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="pin-apk",
    group=Group.REPRODUCIBILITY,
    severity=Severity.WARNING,
    aliases=("DL3018",),
    default=False,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every apk call that installs by name alone."""
    yield from unpinned_hits(subject, ("apk",), ("add",), _pinned, "NAME~=VERSION")


def _pinned(package: Package, call: PackageCall) -> bool:
    """`curl=8.9`, `curl~=8.9`, and `curl@edge`, which names a repository, or `!curl`, which takes out."""
    return has_version(package, call) or "@" in package.name or package.name.startswith("!")
