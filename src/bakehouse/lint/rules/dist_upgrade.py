"""The whole system is upgraded in a RUN.

## What

A RUN upgrades all packages: `apt-get dist-upgrade`, `zypper dup`, `yum update`, `dnf upgrade`, `apk upgrade`.

## Why

What is in the image then depends on the day, and the layer holds a second copy of everything that the base image
already had. Take a newer base image instead: it is rebuilt with these updates. A dist-upgrade may also remove
packages, which nobody looks at.

`apt-get upgrade` is left alone: it removes nothing, and many want the security updates of the day.

## Bad

```dockerfile
FROM debian:13
RUN apt-get update && apt-get dist-upgrade -y && apt-get install -y curl
```

## Good

```dockerfile
FROM debian:13
RUN apt-get update && apt-get install -y curl
```

## Fix

Unsafe: the command is taken out of its chain. No fix where it is alone in the RUN.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import remove_command
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="dist-upgrade",
    group=Group.REPRODUCIBILITY,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DL3005", "DL3017", "DL3031", "DL3035", "DL3039", "DKL-DI-0003", "DS-0024"),
)
_NEW_RELEASE = {
    "apt-get": ("dist-upgrade", "full-upgrade"),
    "aptitude": ("full-upgrade", "dist-upgrade"),
    "zypper": ("dist-upgrade", "dup"),
}
_ALL_PACKAGES = {"yum": ("update", "upgrade", "distro-sync"), "apk": ("upgrade",), "zypper": ("update", "up")}
_SECURITY_ONLY = ("--security", "--advisory", "--advisories", "--cve", "--bugfix")


def check(subject: Subject) -> Iterator[Hit]:
    """Every call that upgrades all packages."""
    for run, call in subject.calls("apt-get", "aptitude", "zypper", "yum", "apk"):
        new_release = call.verb in _NEW_RELEASE.get(call.manager, ())
        if call.packages or call.has(*_SECURITY_ONLY):
            continue
        if new_release or call.verb in _ALL_PACKAGES.get(call.manager, ()):
            yield Hit(
                f"{call.program} {call.verb} changes the whole system to what is newest today",
                call.command.span,
                hint="take a newer base image",
                fix=unsafe_fix("Take the upgrade out", remove_command(subject.tree, run, call.command)),
                severity=None if new_release else Severity.INFO,
            )
