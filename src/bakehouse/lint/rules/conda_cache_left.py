"""Conda's package cache stays in the image.

## What

`conda`, `mamba` or `micromamba` installs in a layer of the image, and no `clean` follows in the same RUN.

## Why

The archives of all packages and the repository's index stay below `pkgs`: hundreds of megabytes for a small
scientific environment. Cleaned in a later RUN they still lie in the layer below.

## Bad

```dockerfile
FROM continuumio/miniconda3:24.5.0-0
RUN conda install -y numpy
```

## Good

```dockerfile
FROM continuumio/miniconda3:24.5.0-0
RUN conda install -y numpy && conda clean -afy
```

A cache mount on the `pkgs` directory is fine as well, and so is a stage that only hands files on by COPY.

## Fix

Safe: the clean-up is added at the end of the RUN; it touches no installed package.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.cleanups import Leftover, left_behind
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="conda-cache-left",
    group=Group.SIZE,
    severity=Severity.INFO,
    fix=FixSafety.SAFE,
    needs=("conda", "mamba"),
)
_KIND = Leftover(
    managers=("conda",),
    directories=("/opt/conda/pkgs", "/root/.conda/pkgs", "/root/miniconda3/pkgs", "/opt/mamba/pkgs"),
    cleans=frozenset({"clean"}),
    tidy=lambda call: f"{call.command.words[0].raw} clean {'-ay' if call.program == 'micromamba' else '-afy'}",
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN of a shipped layer that leaves the cache."""
    for run, call, edit in left_behind(subject, _KIND):
        if any(mount.type == "cache" and "pkgs" in mount.target for mount in run.step.mounts):
            continue
        yield Hit(
            f"{call.program} leaves its package cache in the layer",
            call.command.span,
            hint=f"end the RUN with `{_KIND.tidy(call)}`",
            fix=safe_fix(f"Add {_KIND.tidy(call)}", edit),
        )
