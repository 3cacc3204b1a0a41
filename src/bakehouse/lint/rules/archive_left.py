"""A downloaded archive stays in the image after it was unpacked.

## What

A RUN downloads an archive or a package file, unpacks or installs it, and does not remove it.

## Why

The layer then has everything twice: packed and unpacked.

## Bad

```dockerfile
FROM debian:12
RUN curl -fsSLo /tmp/tool.tgz https://example.com/tool.tgz && tar -xzf /tmp/tool.tgz -C /opt
```

## Good

```dockerfile
FROM debian:12
RUN curl -fsSLo /tmp/tool.tgz https://example.com/tool.tgz && tar -xzf /tmp/tool.tgz -C /opt && rm /tmp/tool.tgz
```

A pipe (`curl ... | tar -xz`, with pipefail) leaves nothing either. A stage that only hands files on by COPY is not
looked at, and neither is an archive in a mount.

## Fix

Unsafe: `rm` of the archive is put after the command that unpacks it. It is unsafe because a later step may read the
archive again.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert
from bakehouse.dockerfile.shell import Command, ShellWord
from bakehouse.lint.bases import is_windows
from bakehouse.lint.layers import downloaded, matches, operands
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.edit import Edit

RULE = rule(
    __doc__,
    name="archive-left",
    group=Group.SIZE,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    needs=("curl", "wget"),
)
_UNPACKING = frozenset({"tar", "unzip", "dpkg", "rpm", "apt-get", "apt", "yum", "dnf", "7z", "bsdtar", "gdebi"})
_ARCHIVES = (".tar", ".gz", ".tgz", ".xz", ".bz2", ".zip", ".deb", ".rpm", ".zst", ".tbz2", ".7z")
_REMOVING = frozenset({"rm", "mv", "find", "unlink", "shred", "cp", "install"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every archive that a RUN of a shipped layer downloads, unpacks and keeps."""
    for run, download, name, path in downloaded(subject):
        if run.stage.stage.index not in subject.shipped or not run.script.whole or is_windows(run.stage, subject):
            continue
        if not name.lower().endswith(_ARCHIVES) or (path and run.keeps_out(path)):
            continue
        found = _unpacked(run, download, name)
        if found is None or _is_gone(run, found[0], name, path):
            continue
        command, word = found
        edit = _edit(subject, run, command, word)
        yield Hit(
            f"{name} stays in the layer after it is unpacked",
            word.span,
            hint="remove it in the same RUN",
            fix=unsafe_fix(f"Remove {name}", edit) if edit else None,
        )


def _unpacked(run: Run, download: Command, name: str) -> tuple[Command, ShellWord] | None:
    """The command after the download that unpacks the file, and the word that names it."""
    for command in run.script.commands:
        if command.span.start > download.span.start and command.name in _UNPACKING:
            for word in command.words[1:]:
                if word.raw.strip("\"'") in (name, f"./{name}"):
                    return command, word
    return None


def _is_gone(run: Run, command: Command, name: str, path: str) -> bool:
    """Whether a later command may take the archive away: in doubt, it does."""
    for later in run.script.commands:
        if later.span.start <= command.span.start:
            continue
        if "clean" in later.name or (later.name in _REMOVING and any(w.text is None for w in later.words[1:])):
            return True
        if later.name not in _REMOVING:
            continue
        if any(name in word.raw or "*" in word.raw for word in later.words[1:]):
            return True
        if not path or any(matches(operand, path) for _, operand in operands(run, later)):
            return True
    return False


def _edit(subject: Subject, run: Run, command: Command, word: ShellWord) -> Edit | None:
    end = max(command.span.end, *(w.span.end for w in command.redirects), 0)
    at = run.script.commands.index(command)
    after = run.script.commands[at + 1] if at + 1 < len(run.script.commands) else None
    if command.nested or run.instruction.is_json or (after is not None and after.operator in ("|", "|&", "||")):
        return None
    if run.instruction.heredocs and subject.data[end : end + 1] not in (b"\n", b"\r"):
        return None
    return insert(end, f" && rm {word.raw}")
