"""Ruby gems have no version.

## What

`gem install` names gems without a version.

## Why

The same Dockerfile gives another image tomorrow: whatever is newest that day is installed, and what was tested
is not what is shipped.

## Bad

```dockerfile
FROM ruby:3.4
RUN gem install bundler
```

## Good

```dockerfile
FROM ruby:3.4
RUN gem install bundler:2.6.3
```

## Fix

None: the versions are not in the file. `gem list --remote` shows them.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import Package, PackageCall
from bakehouse.lint.pins import has_version, unpinned_hits
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="pin-gem",
    group=Group.REPRODUCIBILITY,
    severity=Severity.WARNING,
    aliases=("DL3028",),
    default=False,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every gem call that installs by name alone."""
    yield from unpinned_hits(subject, ("gem",), ("install",), _pinned, "NAME:VERSION")


def _pinned(package: Package, call: PackageCall) -> bool:
    """`bundler:2.5`, or `-v 2.5`."""
    return has_version(package, call) or any(name in ("-v", "--version") for name, _ in call.options)
