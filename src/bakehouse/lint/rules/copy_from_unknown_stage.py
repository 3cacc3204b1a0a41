"""COPY --from names no stage, so an image of that name is pulled.

## What

`COPY --from=NAME` (or `from=NAME` of a mount) where no stage is called NAME, and NAME is a bare word without tag.

## Why

BuildKit takes any name that is no stage for an image. A misspelt stage name becomes a pull of
`docker.io/library/NAME:latest`: at best it fails, at worst it is somebody's image.

## Bad

```dockerfile
FROM golang:1.22 AS builder
RUN go build -o /app .
FROM scratch
COPY --from=buidler /app /app
```

## Good

```dockerfile
FROM golang:1.22 AS builder
RUN go build -o /app .
FROM scratch
COPY --from=builder /app /app
COPY --from=busybox:1.36 /bin/sh /bin/sh
```

## Fix

Unsafe: a name that is almost the name of a stage is written as that one. Otherwise none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from bakehouse.dockerfile.edits import replace
from bakehouse.dockerfile.stages import Edge, EdgeKind, OriginKind
from bakehouse.lint.bases import Distribution, of_image
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="copy-from-unknown-stage",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DL3022",),
)
_BARE = re.compile(r"[\w.-]+\Z")
_IMAGES = frozenset({"busybox", "composer", "caddy", "docker", "hello-world", "maven", "gradle", "traefik", "vault"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every --from and mount whose bare name is no stage, no named context and no image that everybody knows."""
    names = [m.stage.name for m in subject.stages if m.stage.name]
    contexts = {name for service in subject.services for name in service.contexts}
    for meaning in subject.stages:
        for edge in meaning.stage.edges:
            name = edge.origin.name
            if edge.kind is EdgeKind.BASE or edge.origin.kind is not OriginKind.IMAGE or not _BARE.match(name):
                continue
            if name in contexts or edge.instruction not in meaning.stage.instructions:
                continue
            near = get_close_matches(name.lower(), names, n=1, cutoff=0.75)
            if near or not _is_known(edge):
                yield _hit(subject, edge, near[0] if near else None)


def _is_known(edge: Edge) -> bool:
    image = edge.origin.image
    return edge.origin.name in _IMAGES or (image is not None and of_image(image) is not Distribution.UNKNOWN)


def _hit(subject: Subject, edge: Edge, near: str | None) -> Hit:
    name = edge.origin.name
    kind = "from" if edge.kind is EdgeKind.COPY else "mount"
    flag = next(f for f in edge.instruction.flags if f.name == kind and name in (f.value or ""))
    at = flag.value_span or flag.span
    message = f"no stage is called {name}, so an image of that name is pulled"
    if near is None:
        return Hit(message, at, hint=f"name a stage, or the image with its tag ({name}:TAG)")
    is_plain = kind == "from" and subject.tree.text(at) == name
    fix = unsafe_fix(f"Write {near}", replace(at, near)) if is_plain else None
    return Hit(message, at, hint=f"did you mean {near}?", fix=fix, severity=Severity.ERROR)
