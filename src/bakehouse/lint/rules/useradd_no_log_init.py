"""A user with a high number makes the image huge.

## What

`useradd` creates a user whose id is above 65535, without `--no-log-init`.

## Why

useradd writes to `/var/log/lastlog` and `/var/log/faillog` at an offset that is the user's number times the size
of a record. The hole before it takes no room on a disk, but the archive of a layer has no holes: an id of some
billions makes a layer of many gigabytes.

## Bad

```dockerfile
FROM debian:12
RUN useradd -u 1234567890 app
```

## Good

```dockerfile
FROM debian:12
RUN useradd --no-log-init -u 1234567890 app
```

## Fix

Safe: `--no-log-init` is added; the user is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bakehouse.dockerfile.packages import unwrap
from bakehouse.dockerfile.shell import ShellWord
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.run_edits import insert_after
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="useradd-no-log-init",
    group=Group.SIZE,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    aliases=("DL3046",),
    needs=("useradd",),
)
_HIGHEST = 65535


def check(subject: Subject) -> Iterator[Hit]:
    """Every useradd with a high id."""
    for run, command in subject.commands("useradd", "sudo"):
        words = unwrap(command.words)
        if not words or not (words[0].text or "").endswith("useradd"):
            continue
        if any(w.static == "--no-log-init" or _has_l(w.static) for w in words[1:]):
            continue
        number = _uid(words)
        if number is None or number <= _HIGHEST:
            continue
        edit = None if run.instruction.is_json else insert_after(words[0], "--no-log-init")
        yield Hit(
            f"user id {number} makes the log files of useradd huge",
            command.span,
            hint="add --no-log-init",
            fix=safe_fix("Add --no-log-init", edit),
        )


def _has_l(flag: str) -> bool:
    """Whether `-l` is among joined short flags before one that takes a value (`-rlm`)."""
    if not flag.startswith("-") or flag.startswith("--"):
        return False
    for letter in flag[1:]:
        if letter in "bcdefgGKkpRPsuZ":
            return False
        if letter == "l":
            return True
    return False


def _uid(words: Sequence[ShellWord]) -> int | None:
    """The value of `-u` or `--uid`, where it is a number."""
    texts = [word.static for word in words]
    for at, text in enumerate(texts):
        value = ""
        if text.startswith("--uid="):
            value = text.partition("=")[2]
        elif text == "--uid" or (text.startswith("-") and not text.startswith("--") and text.endswith("u")):
            value = texts[at + 1] if at + 1 < len(texts) else ""
        elif text.startswith("-u"):
            value = text[2:]
        if value.isdecimal():
            return int(value)
    return None
