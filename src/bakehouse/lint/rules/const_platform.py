"""FROM has a fixed platform.

## What

`FROM --platform=linux/amd64`: the flag names a platform instead of a variable.

## Why

The stage is always built for that platform, whatever the build is for: on another machine it runs in emulation, and
an image for several platforms holds the wrong binaries. Stages whose name says the architecture, to be chosen by
`$TARGETARCH`, and files whose path says it are left alone.

## Bad

```dockerfile
FROM --platform=linux/amd64 node:22
```

## Good

```dockerfile
FROM node:22
```

## Fix

Unsafe: the flag is removed; the image is then built for the platform that the build asks for.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete
from bakehouse.dockerfile.platforms import PlatformError, parse_platform
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.bases import says_architecture
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="const-platform",
    group=Group.BUILDKIT,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DL3029", "FromPlatformFlagConstDisallowed"),
    needs=("--platform",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every FROM whose platform is no variable."""
    for instruction in subject.named("FROM"):
        flag = next((flag for flag in instruction.flags if flag.name == "platform"), None)
        if flag is None or not flag.value or "$" in flag.value:
            continue
        name = instruction.words[2].text.lower() if len(instruction.words) == 3 else ""
        if _is_named_for(f"{name} {subject.path}", flag.value):
            continue
        gap = Span(flag.span.start, instruction.words[0].span.start)
        edit = delete(gap) if b"\n" not in subject.data[gap.start : gap.end] else None
        message = f"the stage is built for {flag.value}, whatever the build is for"
        fix = unsafe_fix("Remove --platform", edit)
        yield Hit(message, flag.span, hint="remove the flag, or use $BUILDPLATFORM", fix=fix)


def _is_named_for(name: str, platform: str) -> bool:
    """Whether a stage's name or the file's path says the platform: `build-arm64`."""
    try:
        found = parse_platform(platform)
    except PlatformError:
        return False
    return says_architecture(name, found.arch) or (found.os != "linux" and found.os in name)
