"""A cache mount, and next to it a command or flag that keeps the cache empty.

## What

A RUN has a cache mount for a package manager, and also `--no-cache-dir`, `clean` or `rm -rf` of that very cache.

## Why

The mount is there so that the next build finds the downloads. Whoever clears it, or tells the manager not to use
it, pays for the mount and gains nothing; and what lies in a mount is never part of the image.

## Bad

```dockerfile
FROM python:3.12-slim
RUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir -r requirements.txt
```

## Good

```dockerfile
FROM python:3.12-slim
RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
```

## Fix

Safe: the flag or the command goes; the image is the same, for the mount is not in it. Where a variable such as
PIP_NO_CACHE_DIR is to blame, there is no fix.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.dockerfile.shell import Command, ShellWord
from bakehouse.lint.caches import mount_flags
from bakehouse.lint.cleanups import removed_paths
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.run_edits import remove_command, remove_word
from bakehouse.lint.subject import Run, Subject

RULE = rule(
    __doc__,
    name="cache-mount-useless",
    group=Group.CACHE,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    needs=("--mount",),
)
_FLAGS = {"pip": ("--no-cache-dir", "--no-cache"), "uv": ("--no-cache", "-n"), "poetry": ("--no-cache",)}
_VARIABLES = {"pip": "PIP_NO_CACHE_DIR", "uv": "UV_NO_CACHE"}
_CLEANING = {
    "apt-get": ("clean", "autoclean"), "yum": ("clean",), "zypper": ("clean", "cc"), "npm": ("cache",),
    "yarn": ("cache",), "pip": ("cache",), "uv": ("cache",), "conda": ("clean",), "go": ("clean",), "pnpm": ("store",),
}  # fmt: skip
_CLEANED = {"apt-get": "/var/cache/apt"}  # where a clean-up does not take all of a manager's directories


def check(subject: Subject) -> Iterator[Hit]:
    """Every flag, call and rm that keeps a mounted cache empty."""
    for run in subject.runs:
        mounts = [m.target.rstrip("/") for m in run.step.mounts if m.type == "cache" and m.target.startswith("/")]
        if not mounts:
            continue
        for call in run.calls:
            yield from _flags(subject, run, call)
            yield from _cleanings(subject, run, call, mounts)
        for command in run.script.commands:
            if command.name == "rm":
                yield from _removals(subject, run, command, mounts)


def _flags(subject: Subject, run: Run, call: PackageCall) -> Iterator[Hit]:
    name = "uv" if call.program == "uv" else call.manager
    found = mount_flags(run, call)
    if name not in _FLAGS or not call.installs or found is None or not run.has_cache_mount(*found.targets):
        return
    variable = _VARIABLES.get(name, "")
    if run.step.before.env.get(variable):
        yield Hit(f"{variable} is set: the mounted cache stays empty", call.command.span, hint=f"drop {variable}")
    for flag in call.flags:
        if flag.static in _FLAGS[name]:
            edit = remove_word(subject.tree, run.instruction, flag)
            yield Hit(
                f"{flag.static} keeps the mounted cache empty",
                flag.span,
                hint=f"drop {flag.static}",
                fix=safe_fix(f"Drop {flag.static}", edit),
            )


def _cleanings(subject: Subject, run: Run, call: PackageCall, mounts: list[str]) -> Iterator[Hit]:
    verb = call.verb.partition(" ")[0]
    if verb not in _CLEANING.get(call.manager, ()) or (verb == "store" and call.packages[:1] == ()):
        return
    if verb == "cache" and not any(p.name in ("clean", "purge", "prune") for p in call.packages):
        return
    found = mount_flags(run, call)
    cleaned = _CLEANED.get(call.manager)
    targets = (cleaned,) if cleaned else found.targets if found else ()
    if not targets or not any(t == m or t.startswith(m + "/") for m in mounts for t in targets):
        return
    edit = remove_command(subject.tree, run, call.command)
    yield Hit(
        f"{call.program} {verb} empties the mounted cache",
        call.command.span,
        hint="what lies in a mount is not in the image: leave it",
        fix=safe_fix(f"Drop {call.program} {verb}", edit),
    )


def _removals(subject: Subject, run: Run, command: Command, mounts: list[str]) -> Iterator[Hit]:
    operands = [word for word in command.words[1:] if not word.static.startswith("-")]
    inside = [word for word in operands if _lies_in(run, command, word, mounts)]
    if not inside:
        return
    if len(inside) == len(operands):
        edits = [remove_command(subject.tree, run, command)]
    else:
        edits = [remove_word(subject.tree, run.instruction, word) for word in inside]
    yield Hit(
        "rm empties the mounted cache",
        inside[0].span,
        hint="what lies in a mount is not in the image: leave it",
        fix=safe_fix("Leave the mounted cache", *edits),
    )


def _lies_in(run: Run, command: Command, word: ShellWord, mounts: list[str]) -> bool:
    """Whether all that an operand of rm names lies in a cache mount."""
    if word.text is None:
        return False
    paths = list(removed_paths(command, [word.text]))
    home = run.step.before.env.get("HOME") or "/root"
    full = [path.replace("~", home, 1) if path.startswith("~/") else path for path in paths]
    return bool(full) and all(any(p == m or p.startswith(m + "/") for m in mounts) for p in full)
