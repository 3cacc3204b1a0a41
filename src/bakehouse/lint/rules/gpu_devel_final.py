"""The final image stands on CUDA's development image.

## What

The base image of what is shipped is a `devel` variant (`nvidia/cuda:...-devel-...`, `pytorch/pytorch:...-devel`).

## Why

The development variant has the compiler, headers and static libraries: several gigabytes that running needs not.
The `runtime` variant has the libraries.

## Bad

```dockerfile
FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
COPY app /app
```

## Good

```dockerfile
FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
COPY app /app
```

## Fix

Unsafe: `devel` becomes `runtime` in the tag. No fix where a RUN of the stage may need the compiler; then build in
a stage of its own. Programs that compile kernels while they run need `devel`: silence the rule there.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.dockerfile.state import StageMeaning
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="gpu-devel-final", group=Group.SIZE, severity=Severity.INFO, fix=FixSafety.UNSAFE)
_HARMLESS = frozenset({"apt-get", "apt", "rm", "mkdir", "useradd", "groupadd", "chown", "chmod", "ln", "echo", "cd"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every shipped stage that starts from a devel image."""
    if b"devel" not in subject.data:
        return
    for stage in subject.stages:
        image = stage.stage.origin.image
        if stage.stage.index not in subject.shipped or image is None or "devel" not in (image.tag or "").split("-"):
            continue
        if not ("cuda" in image.path or "pytorch" in image.path or image.path.startswith("nvidia/")):
            continue
        word = stage.stage.from_.words[0]
        at = subject.data.rfind(b"devel", word.span.start, word.span.end)
        needs_no_compiler = at >= 0 and image.digest is None and not _compiles(subject, stage)
        edit = replace(Span(at, at + len("devel")), "runtime") if needs_no_compiler else None
        yield Hit(
            "the image ships CUDA's compiler and headers",
            word.span,
            hint="start from the runtime variant, and build in a stage of its own",
            fix=unsafe_fix("Start from the runtime variant", edit),
        )


def _compiles(subject: Subject, stage: StageMeaning) -> bool:
    """Whether a RUN of the stage does more than install Debian packages and arrange files."""
    mine = [run for run in subject.runs if run.stage is stage]
    return any(not run.script.whole or c.name not in _HARMLESS for run in mine for c in run.script.commands)
