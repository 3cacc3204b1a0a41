"""Go programs have no version.

## What

`go install`, `go run` or `go get` names a module of the network without `@version`, or with `@latest`.

## Why

The same Dockerfile gives another image tomorrow: whatever is newest that day is installed, and what was tested
is not what is shipped.

## Bad

```dockerfile
FROM golang:1.26
RUN go install github.com/example/tool@latest
```

## Good

```dockerfile
FROM golang:1.26
RUN go install github.com/example/tool@v1.4.2
```

## Fix

None: the versions are not in the file. `go list -m -versions MODULE` shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.packages import Package, PackageCall
from bakehouse.lint.pins import has_number, unpinned_hits
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="pin-go",
    group=Group.REPRODUCIBILITY,
    severity=Severity.WARNING,
    aliases=("DL3062",),
    default=False,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every go call that fetches a module without version."""
    yield from unpinned_hits(subject, ("go",), ("install", "run", "get"), _pinned, "MODULE@VERSION")


def _pinned(package: Package, call: PackageCall) -> bool:
    """`x@v1.2` or a commit. A package of this module (no domain in front) has the module's version."""
    domain = package.name.partition("/")[0]
    commit = package.version is not None and re.fullmatch(r"[0-9a-f]{7,40}", package.version) is not None
    return "." not in domain or package.name.endswith(".go") or commit or has_number(package, call)
