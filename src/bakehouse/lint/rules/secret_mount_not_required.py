"""A secret that is missing is not noticed.

## What

`RUN --mount=type=secret` without `required=true`, in a RUN that does not look whether the secret is there.

## Why

By default a build that was not given the secret goes on without it: the file is absent, or the variable empty, and
what comes out may be cached and shipped (public packages instead of private ones, an unsigned artefact).

## Bad

```dockerfile
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
```

## Good

```dockerfile
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc,required=true npm ci
```

## Fix

Unsafe: `required=true` is added. Builds without the secret stop then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert
from bakehouse.dockerfile.mounts import MountError, csv_fields
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Run, Subject

RULE = rule(
    __doc__,
    name="secret-mount-not-required",
    group=Group.BUILDKIT,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
    needs=("--mount",),
)
_LOOKS = re.compile(r"\bif\b|\[ -|\btest -|\|\|")
_READERS = frozenset({"cat", "cp", "install", "source", ".", "sh", "bash", "stat", "base64", "head", "tar", "gpg"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every secret mount that may be absent unnoticed."""
    for run in subject.runs:
        instruction = run.instruction
        for flag in instruction.flags if not _reads_secret(run) else ():
            if flag.name != "mount" or not flag.value or "secret" not in flag.value or flag.value_span is None:
                continue
            try:
                fields = [field.lower() for field in csv_fields(flag.value)]
            except MountError:
                continue
            if "type=secret" not in fields or any(field.startswith("required") for field in fields):
                continue
            text = instruction.words[-1].text if instruction.words else ""
            if _LOOKS.search(text) or any(_LOOKS.search(heredoc.text) for heredoc in instruction.heredocs):
                continue
            plain = subject.tree.text(flag.value_span) == flag.value
            fix = unsafe_fix("Require the secret", insert(flag.value_span.end, ",required=true") if plain else None)
            message = "the build goes on when the secret is not given"
            yield Hit(message, flag.span, hint="add required=true", fix=fix)


def _reads_secret(run: Run) -> bool:
    """Whether a command that fails without the file reads a secret: `cat /run/secrets/token`."""
    paths = tuple(m.target or f"/run/secrets/{m.secret_id}" for m in run.step.mounts if m.type == "secret")
    readers = (command for command in run.chain if command.name in _READERS)
    return any(word.static in paths for command in readers for word in command.words[1:])
