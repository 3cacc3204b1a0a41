"""A mounted secret is written to a file of the layer.

## What

A RUN with a secret mount copies the secret to a place that is no mount, and does not remove it.

## Why

The mount itself leaves nothing in the image; the copy does. Then all the care was in vain.

## Bad

```dockerfile
FROM node:24
RUN --mount=type=secret,id=npm cp /run/secrets/npm /root/.npmrc && npm ci
```

## Good

```dockerfile
FROM node:24
RUN --mount=type=secret,id=npm,target=/root/.npmrc npm ci
```

## Fix

None: mount the secret where the program looks for it (`target=`, `env=`), or remove the file in the same RUN.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.shell import Command
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Run, Subject

RULE = rule(__doc__, name="secret-leaves-mount", group=Group.SECURITY, severity=Severity.WARNING, needs=("--mount",))
_REDIRECT = re.compile(r"1?>>?\|?\s*(.+)\Z", re.DOTALL)
_NOWHERE = ("/dev/", "/run/", "&")


def check(subject: Subject) -> Iterator[Hit]:
    """Every command that writes a mounted secret to the layer."""
    for run in subject.runs:
        secrets = _secrets(run)
        if not secrets:
            continue
        removed = " ".join(w.static for c in run.script.commands if c.name in ("rm", "shred") for w in c.words)
        for command in run.script.commands:
            target = _written(subject, command, secrets)
            if target is None or target.startswith(_NOWHERE) or run.keeps_out(target):
                continue
            if target.rpartition("/")[2] not in removed:
                yield Hit(
                    f"the secret is written to {target}, which stays in the layer",
                    command.span,
                    hint="mount it there with target=, pass it with env=, or remove the file in the same RUN",
                )


def _secrets(run: Run) -> re.Pattern[str] | None:
    """How the RUN's secrets can be named: by path or by variable."""
    names = []
    for mount in run.step.mounts:
        if mount.type == "secret":
            names.append(re.escape(mount.target or f"/run/secrets/{mount.secret_id}"))
            if mount.env:
                names.append(rf"\$\{{?{re.escape(mount.env)}\b")
    return re.compile("|".join(names)) if names else None


def _written(subject: Subject, command: Command, secrets: re.Pattern[str]) -> str | None:
    """Where a command puts a secret; None for commands that do no such thing."""
    text = subject.tree.text(command.span)
    if not secrets.search(text):
        return None
    if command.name in ("cp", "mv", "install") and len(command.words) > 2:
        return command.words[-1].static if secrets.search(command.words[-2].static) else None
    if command.name in ("cat", "echo", "printf", "sed", "envsubst"):
        for word in command.redirects:
            found = _REDIRECT.match(word.raw)
            if found:
                return found[1].strip("\"'")
    return None
