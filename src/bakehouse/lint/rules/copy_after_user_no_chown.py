"""Files that a user's RUN works in belong to root.

## What

COPY without `--chown` after a USER that is not root, and a later RUN of that user calls a package manager or a build
tool that writes beside the files.

## Why

COPY makes root the owner whatever USER says. The tool cannot write its lock file or its results: permission denied.

## Bad

```dockerfile
FROM node:22
WORKDIR /home/node/app
USER node
COPY package.json ./
RUN npm install
```

## Good

```dockerfile
FROM node:22
WORKDIR /home/node/app
USER node
COPY --chown=node package.json ./
RUN npm install
```

## Fix

Unsafe: `--chown` with the user is added, so that the files belong to him in the image too.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert
from bakehouse.dockerfile.state import StageMeaning, Step
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject, is_root

RULE = rule(
    __doc__, name="copy-after-user-no-chown", group=Group.CORRECTNESS, severity=Severity.INFO, fix=FixSafety.UNSAFE
)
_WRITERS = {
    "npm": ("install", "i", "add", "update"), "yarn": ("install", "add"), "pnpm": ("install", "i", "add"),
    "bun": ("install", "i", "add"), "composer": ("install", "update", "require"), "bundle": ("install", "update"),
    "cargo": ("build",), "mvn": ("package", "install", "verify"), "gradle": ("build", "assemble", "bootJar"),
    "dotnet": ("restore", "build", "publish"), "poetry": ("add",), "uv": ("add", "sync"),
}  # fmt: skip
"""Verbs that write into the directory of the manifest."""


def check(subject: Subject) -> Iterator[Hit]:
    """Every such COPY and ADD."""
    for stage, step in subject.steps_named("COPY", "ADD"):
        user, instruction = step.before.user, step.instruction
        if not user or is_root(user) or "$" in user or instruction.flag("chown") is not None:
            continue
        if instruction.heredocs or not _is_worked_in(subject, stage, step):
            continue
        at = instruction.flags[-1].span.end if instruction.flags else instruction.keyword.span.end
        fix = unsafe_fix("Add --chown", insert(at, f" --chown={user}"))
        message = f"the files belong to root, and a later RUN of {user} works in them"
        yield Hit(message, instruction.keyword.span, hint=f"add --chown={user}", fix=fix)


def _is_worked_in(subject: Subject, stage: StageMeaning, copy: Step) -> bool:
    """Whether a later RUN of the same stage and user calls a tool that writes where the files are."""
    target = copy.values[-1] if copy.values else "/"
    if target.startswith("/") and not target.startswith((copy.before.workdir or "/").rstrip("/") or "/"):
        return False
    return any(
        run.stage is stage and run.start > copy.instruction.span.start and run.step.before.user == copy.before.user
        and call.verb in _WRITERS[call.manager]
        for run, call in subject.calls(*_WRITERS)
    )  # fmt: skip
