"""The image stands on the full variant of an official image that has a slim one.

## What

What is shipped starts from `python:3.12`, `node:20`, `debian:12` or the like, not from their slim variant.

## Why

The full variants of the languages' images hold compilers and the headers of dozens of libraries, hundreds of
megabytes that the slim variant does not have; Debian's slim variant leaves out manuals and translations.

## Bad

```dockerfile
FROM python:3.12
```

## Good

```dockerfile
FROM python:3.12-slim
```

Off by default: whether something needs the full variant only its author knows.

## Fix

Unsafe: the tag becomes that of the slim variant. No fix for a tag that is a variable or has a digest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.dockerfile.imageref import ImageRef
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="heavy-base", group=Group.SIZE, severity=Severity.INFO, fix=FixSafety.UNSAFE, default=False)
_IMAGES = frozenset({"python", "node", "ruby", "perl", "debian", "rust", "openjdk"})
_LAST = frozenset({"node", "debian"})  # `20-bookworm-slim`; the others say `3.12-slim-bookworm`
_TAG = re.compile(r"(?P<version>[\w.]+?(?:-rc\d*)?)?(?:(?:^|-)(?P<release>buster|bullseye|bookworm|trixie))?\Z")


def check(subject: Subject) -> Iterator[Hit]:
    """Every shipped stage on a full variant."""
    for stage in subject.stages:
        image = stage.stage.origin.image
        if stage.stage.index not in subject.shipped or image is None or image.registry != "docker.io":
            continue
        name = image.path.removeprefix("library/")
        slim = _slim(name, image) if name in _IMAGES and stage.stage.base_certain else None
        if slim is None:
            continue
        word = stage.stage.from_.words[0]
        plain = "$" not in word.text and image.digest is None
        base = word.text.rpartition(":")[0] if image.tag else word.text
        yield Hit(
            f"{image.familiar} is the full variant",
            word.span,
            hint=f"there is {name}:{slim}",
            fix=unsafe_fix(f"Start from {name}:{slim}", replace(word.span, f"{base}:{slim}")) if plain else None,
        )


def _slim(name: str, image: ImageRef) -> str | None:
    """The tag of the slim variant; None where the tag is one already, or no plain one."""
    match = _TAG.match(image.tag or "")
    if match is None or any(word in (image.tag or "") for word in ("slim", "alpine", "windows", "nano")):
        return None
    version, release = match["version"], match["release"]
    if version in ("latest", None) and not release:
        return "slim" if name != "debian" else "stable-slim"
    parts = [version, release, "slim"] if name in _LAST else [version, "slim", release]
    return "-".join(part for part in parts if part)
