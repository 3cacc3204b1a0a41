"""A RUN needs an ssh key and has no ssh mount.

## What

A RUN fetches over ssh (`git clone git@...`, `pip install git+ssh://...`) without `--mount=type=ssh`, or writes a
private key to `~/.ssh`.

## Why

The key has to come from somewhere: copied into the image, where it stays, or as an ARG, which stays in the history.
With an ssh mount the build borrows the agent of who builds, and nothing is left behind.

## Bad

```dockerfile
FROM debian:12
RUN git clone git@github.com:example/private.git
```

## Good

```dockerfile
FROM debian:12
RUN --mount=type=ssh git clone git@github.com:example/private.git
```

## Fix

Unsafe: the mount is added. The build must then be given `--ssh default`, and a key that is copied in elsewhere can
go. No fix where a key is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.shell import Command
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import add_run_flag
from bakehouse.lint.subject import Run, Subject

RULE = rule(
    __doc__,
    name="ssh-without-mount",
    group=Group.SECURITY,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    needs=("ssh", "git@"),
)
_FETCHERS = frozenset({"git", "pip", "pip3", "uv", "npm", "yarn", "pnpm", "poetry", "cargo", "composer", "python"})
_FETCHES = frozenset({"clone", "fetch", "pull", "submodule", "ls-remote", "install", "add", "sync"})
_ADDRESS = re.compile(r"(?:[\w.-]+\s*@\s*)?(?:git\+)?(?:ssh://|git@[\w.-]+[:/])")
_SIGNS = (b"git@", b"ssh://", b".ssh/id_")
_KEY_FILE = re.compile(r"1?>>?\s*\S*\.ssh/id_\w+\"?\Z")


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN that fetches over ssh without mount, and every one that writes a key."""
    if not any(sign in subject.data for sign in _SIGNS):
        return
    for run in subject.runs:
        if any(mount.type in ("ssh", "secret") for mount in run.step.mounts):
            continue
        yield from _fetching(run)
        for command in run.script.commands:
            if any(_KEY_FILE.match(word.raw) for word in command.redirects):
                yield Hit("a private key is written to the layer", command.span, hint="use RUN --mount=type=ssh")


def _fetching(run: Run) -> Iterator[Hit]:
    command = next((c for c in run.script.commands if _fetches_over_ssh(c)), None)
    if command is not None:
        flag = "--mount=type=ssh"
        fix = unsafe_fix("Mount the ssh agent", add_run_flag(run.instruction, flag))
        yield Hit(f"{command.name} fetches over ssh without an ssh mount", command.span, hint=f"add {flag}", fix=fix)


def _fetches_over_ssh(command: Command) -> bool:
    words = [word.static for word in command.words]
    if command.name not in _FETCHERS or not _FETCHES.intersection(words):
        return False
    return any(_ADDRESS.match(word) for word in words[1:])
