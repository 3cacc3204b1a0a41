"""A tmpfs mount makes BuildKit send the whole build context.

## What

`RUN --mount=type=tmpfs` without `from`, in a file whose instructions name what they take of the context.

## Why

BuildKit asks its client only for the paths that COPY, ADD and bind mounts name. A mount without `from` counts as one
more user of the context, and for a tmpfs mount it names the context's root: everything that is not ignored is sent,
although the mount takes none of it (BuildKit's Dockerfile frontend, `dispatchRunMounts`). Measured with a context of
one 3 MB file and one small one, of which only the small one is copied: 3.00 MB sent, and 34 bytes with `from=scratch`.

## Bad

```dockerfile
FROM debian:13
RUN --mount=type=tmpfs,target=/tmp make-something
COPY app /app
```

## Good

```dockerfile
FROM debian:13
RUN --mount=type=tmpfs,from=scratch,target=/tmp make-something
COPY app /app
```

## Fix

Safe: `from=scratch` is added to the mount. It is empty as before; the content of the image is the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert
from bakehouse.dockerfile.sources import SourceKind
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="tmpfs-sends-context",
    group=Group.CONTEXT,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    needs=("--mount",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every such mount, where something but not all of the context is taken anyway."""
    taken = [s for stage in subject.stages for s in stage.sources if s.kind is SourceKind.CONTEXT]
    if not taken or any(source.context_path == "." or not source.certain for source in taken):
        return
    for run in subject.runs:
        flags = [flag for flag in run.instruction.flags if flag.name == "mount"]
        for flag, mount in zip(flags, run.step.mounts, strict=False):
            if mount.type == "tmpfs" and not mount.from_:
                quoted = subject.data[flag.span.end - 1 : flag.span.end] in (b'"', b"'")
                yield Hit(
                    "this tmpfs mount makes BuildKit send the whole build context",
                    flag.span,
                    hint="add from=scratch to it",
                    fix=None if quoted else safe_fix("Start from scratch", insert(flag.span.end, ",from=scratch")),
                )
