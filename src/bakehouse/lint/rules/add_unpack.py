"""A local archive is copied and then unpacked, which ADD does in one step.

## What

COPY brings a tar archive from the context, and a RUN of the same stage unpacks it.

## Why

The archive stays in the layer of the COPY, even if the RUN removes it: the image has its content twice. ADD unpacks
a local tar archive (also with gzip, bzip2 or xz) while it copies.

## Bad

```dockerfile
FROM debian:12
COPY rootfs.tar.gz /tmp/
RUN tar -xzf /tmp/rootfs.tar.gz -C /opt && rm /tmp/rootfs.tar.gz
```

## Good

```dockerfile
FROM debian:12
ADD rootfs.tar.gz /opt/
```

A bind mount of the archive (`RUN --mount=type=bind,source=rootfs.tar.gz,...`) is as good.

## Fix

Unsafe: COPY becomes ADD with the directory of `tar -C`, and the RUN goes, if it does nothing else than unpack and
remove. It is unsafe because owners are taken from the archive as root sees them. No fix with other options of tar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete, replace
from bakehouse.dockerfile.shell import Command
from bakehouse.dockerfile.sources import SourceKind
from bakehouse.dockerfile.state import Step
from bakehouse.lint.layers import copied_paths, copies_before, resolve
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__, name="add-unpack", group=Group.SIZE, severity=Severity.INFO, fix=FixSafety.UNSAFE, aliases=("DL3010",)
)
_TAR = re.compile(r".+\.(?:tar(?:\.(?:gz|bz2|xz|Z|lz|lzma))?|tgz|tbz2?|txz|tb2|tz|tlz|tpz|tZ)\Z")
_EXTRACT = re.compile(r"-?[a-zA-Z]*x[a-zA-Z]*\Z|--extract\Z|--get\Z")
_PLAIN = re.compile(r"-?[xzjJvfpa]+\Z")


def check(subject: Subject) -> Iterator[Hit]:
    """Every COPY of an archive that a later RUN of the stage unpacks."""
    for run, command in subject.commands("tar"):
        if not any(_EXTRACT.match(word.static) for word in command.words[1:3]):
            continue
        for word in command.words[1:]:
            if word.text is None or not _TAR.match(word.text):
                continue
            path = resolve(word.text, run.step.before.workdir or "/")
            if path is None:
                continue
            step = next((s for s in copies_before(run.stage, run.step) if path in copied_paths(s)), None)
            if step is None or not _is_local(step):
                continue
            yield Hit(
                "the archive is copied first and unpacked afterwards",
                step.instruction.code,
                hint="ADD unpacks it while it copies",
                fix=_fix(run, command, step, path),
            )


def _is_local(step: Step) -> bool:
    return step.instruction.name == "COPY" and all(source.kind is SourceKind.CONTEXT for source in step.sources)


def _fix(run: Run, command: Command, step: Step, path: str) -> Fix | None:
    copy = step.instruction
    target = _target(run, command)
    others = [c for c in run.script.commands if c is not command]
    if target is None or len(step.sources) != 1 or copy.flags or copy.is_json or run.instruction.flags:
        return None
    if not all(_removes_only(run, other, path) for other in others):
        return None
    return unsafe_fix(
        "Let ADD unpack the archive",
        replace(copy.keyword.span, "ADD"),
        replace(copy.words[-1].span, target.rstrip("/") + "/"),
        delete(run.instruction.span),
    )


def _target(run: Run, command: Command) -> str | None:
    """The directory that a plain `tar -xf ARCHIVE [-C DIRECTORY]` unpacks into."""
    texts = [word.static for word in command.words[1:]]
    if command.redirects or any(word.text is None for word in command.words):
        return None
    directory = run.step.before.workdir or "/"
    if "-C" in texts[:-1]:
        at = texts.index("-C")
        found = resolve(texts[at + 1], directory)
        texts = texts[:at] + texts[at + 2 :]
    else:
        found = directory
    flags = [text for text in texts if not _TAR.match(text)]
    return found if len(flags) == len(texts) - 1 and all(_PLAIN.match(flag) for flag in flags) else None


def _removes_only(run: Run, command: Command, path: str) -> bool:
    """Whether a command does nothing but remove the archive, or make a directory for it."""
    if command.name == "mkdir":
        return True
    names = [word.static for word in command.words[1:] if not word.static.startswith("-")]
    return command.name == "rm" and all(resolve(n, run.step.before.workdir or "/") == path for n in names)
