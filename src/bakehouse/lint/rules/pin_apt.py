"""apt packages have no version.

## What

`apt-get install` names packages without `=version`.

## Why

The same Dockerfile gives another image tomorrow: whatever is newest that day is installed, and what was tested
is not what is shipped. Debian removes old versions from its archive, so pins need a snapshot archive or steady
care: the rule is off unless you ask for it.

## Bad

```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl
```

## Good

```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl=7.88.1-10+deb12u8
```

## Fix

None: the versions are not in the file. `apt-cache policy PACKAGE` in the base image shows them.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import Package, PackageCall
from bakehouse.lint.pins import has_version, unpinned_hits
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="pin-apt",
    group=Group.REPRODUCIBILITY,
    severity=Severity.WARNING,
    aliases=("DL3008",),
    default=False,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every apt call that installs by name alone."""
    yield from unpinned_hits(subject, ("apt-get", "aptitude"), ("install",), _pinned, "NAME=VERSION")


def _pinned(package: Package, call: PackageCall) -> bool:
    """`curl=7.88*`, and `curl/bookworm-backports`, which names a release."""
    return has_version(package, call) or "/" in package.name or package.name.endswith("-")
