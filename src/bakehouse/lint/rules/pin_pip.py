"""Python packages have no version.

## What

`pip install` (or `pipx`, `uv pip`, `uv tool`) names packages without a version, and no constraints file is
given.

## Why

The same Dockerfile gives another image tomorrow: whatever is newest that day is installed, and what was tested
is not what is shipped.

## Bad

```dockerfile
FROM python:3.13
RUN pip install flask gunicorn
```

## Good

```dockerfile
FROM python:3.13
RUN pip install flask==3.1.0 gunicorn==23.0.0
```

## Fix

None: the versions are not in the file. `pip freeze`, `pip-compile` or `uv lock` write them.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import Package, PackageCall
from bakehouse.lint.pins import has_version, unpinned_hits
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="pin-pip",
    group=Group.REPRODUCIBILITY,
    severity=Severity.WARNING,
    aliases=("DL3013",),
    default=False,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every pip call that installs by name alone."""
    yield from unpinned_hits(
        subject,
        ("pip", "pipx", "uv"),
        ("install", "download", "wheel", "tool install"),
        _pinned,
        "NAME==VERSION, or -r with a locked file",
    )


def _pinned(package: Package, call: PackageCall) -> bool:
    """`flask==3.0`, any other specifier, or a constraints file that has them. pip itself is a tool, not a part."""
    constrained = any(name in ("-c", "--constraint", "--constraints") for name, _ in call.options)
    return constrained or has_version(package, call) or call.has("--no-index", "--require-hashes")
