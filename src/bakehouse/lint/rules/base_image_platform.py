"""The base image is for one architecture.

## What

FROM names an image of one of Docker's architecture namespaces (`amd64/`, `arm64v8/` ...), and neither the stage's
name, nor its platform, nor the file's path says so.

## Why

The name without the namespace has all architectures, and BuildKit takes the right one. With it, a build for another
platform gets the wrong one: BuildKit warns, and the container ends with an exec format error.

## Bad

```dockerfile
FROM amd64/alpine:3.20
```

## Good

```dockerfile
FROM alpine:3.20
```

## Fix

None: the file may be meant for that architecture only.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.platforms import PlatformError, parse_platform
from bakehouse.lint.bases import says_architecture
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="base-image-platform",
    group=Group.BUILDKIT,
    severity=Severity.INFO,
    aliases=("InvalidBaseImagePlatform",),
)
_NAMESPACES = {
    "amd64": "amd64", "arm32v5": "arm", "arm32v6": "arm", "arm32v7": "arm", "arm64v8": "arm64", "i386": "386",
    "mips64le": "mips64le", "ppc64le": "ppc64le", "riscv64": "riscv64", "s390x": "s390x",
}  # fmt: skip


def check(subject: Subject) -> Iterator[Hit]:
    """Every FROM with an image for one architecture."""
    for meaning in subject.stages:
        stage, image = meaning.stage, meaning.stage.origin.image
        namespace = image.path.partition("/")[0] if image and image.registry == "docker.io" else ""
        arch = _NAMESPACES.get(namespace)
        if arch is None or not stage.base_certain or "$" in stage.from_.words[0].text:
            continue
        wanted = _arch(stage.platform)
        if wanted is not None and wanted != arch:
            message = f"the image is for {arch}, the stage for {wanted}"
            yield Hit(message, stage.from_.words[0].span, severity=Severity.ERROR, hint=f"leave {namespace}/ out")
        elif wanted is None and not says_architecture(f"{stage.name} {subject.path}", arch):
            message = f"the image is for {arch} only, whatever the build is for"
            yield Hit(message, stage.from_.words[0].span, hint=f"leave {namespace}/ out")


def _arch(platform: str | None) -> str | None:
    try:
        return parse_platform(platform).arch if platform else None
    except PlatformError:
        return None
