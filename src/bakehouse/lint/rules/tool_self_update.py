"""A package manager updates itself to whatever is newest.

## What

`pip install --upgrade pip` (or setuptools, wheel), `npm install -g npm@latest`, `gem update --system`: without a
version.

## Why

The base image has a version that was tested with it. The newest of the day may behave in another way, and the build
changes without anybody changing it. The rule is off unless you ask for it.

## Bad

```dockerfile
FROM python:3.14
RUN pip install --upgrade pip && pip install flask==3.1.0
```

## Good

```dockerfile
FROM python:3.14
RUN pip install flask==3.1.0
```

## Fix

Unsafe: the command is taken out of its chain. No fix where it is alone in the RUN.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import remove_command
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="tool-self-update",
    group=Group.REPRODUCIBILITY,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
    default=False,
)
_TOOLS = {"pip": frozenset({"pip", "setuptools", "wheel"}), "npm": frozenset({"npm"})}


def check(subject: Subject) -> Iterator[Hit]:
    """Every call that updates the tool itself without a version."""
    for run, call in subject.calls("pip", "npm", "gem"):
        if _updates_itself(call):
            yield Hit(
                f"{call.manager} becomes whatever is newest today",
                call.command.span,
                hint="give a version, or keep the base image's",
                fix=unsafe_fix("Keep the base image's", remove_command(subject.tree, run, call.command)),
            )


def _updates_itself(call: PackageCall) -> bool:
    if call.manager == "gem":
        return call.verb == "update" and call.has("--system") and not call.packages
    if call.verb not in ("install", "i", "update") or not call.packages:
        return False
    tools = _TOOLS[call.manager]
    return all(p.name in tools and (p.version is None or p.version == "latest") for p in call.packages)
