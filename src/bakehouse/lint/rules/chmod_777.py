"""Everybody may write.

## What

Files get a mode with which every user may write: `chmod 777`, `chmod -R a+w`, `COPY --chmod=666`, `mkdir -m 777`.
Directories with the sticky bit (1777) are left alone.

## Why

Every process in the container, whoever it runs as, can change the program that others run.

## Bad

```dockerfile
FROM debian:13
RUN mkdir /app && chmod -R 777 /app
```

## Good

```dockerfile
FROM debian:13
RUN mkdir /app && chmod -R 755 /app
```

## Fix

Unsafe: the write permission of the group and of all others is taken out of a mode given as a number (777 becomes
755, 666 becomes 644). A program that runs as another user can no longer write there: give it the files with
`--chown`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.dockerfile.shell import ShellWord
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import replace_word
from bakehouse.lint.subject import Program, Subject
from bakehouse.model.edit import Edit

RULE = rule(
    __doc__,
    name="chmod-777",
    group=Group.SECURITY,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DD051",),
    needs=("chmod", "-m", "--mode"),
)
_NUMBER = re.compile(r"0*([0-7]?)([0-7]{3})")
_SYMBOLS = re.compile(r"(?:[ug]*o[ug]*|[ugo]*a[ugo]*)[+=][rRsStxX]*w[rwxXst]*")
_MODE_FLAG = re.compile(r"(?:-m|--mode=)=?(\w+)")
_CHMOD_FLAG = re.compile(r"--|-[RvcfhLHP]+\Z")
_DEVICES = re.compile(r"/dev/|/tmp/?\Z|/var/tmp/?\Z|/var/run/?\Z|/run/?\Z")


def check(subject: Subject) -> Iterator[Hit]:
    """Every mode that lets everybody write."""
    for program in subject.programs("chmod", "mkdir", "install"):
        word = _mode_word(program)
        if word is None:
            continue
        mode = _MODE_FLAG.sub(r"\1", word.static) if word.static.startswith("-") else word.static
        if _for_all(mode):
            narrower = _narrower(mode)
            text = word.static[: len(word.static) - len(mode)] + narrower if narrower else ""
            edit = replace_word(word, text) if text and word.raw == word.static else None
            yield _hit(mode, narrower, word.span, None if program.run.instruction.is_json else edit)
    for instruction in subject.named("COPY", "ADD"):
        for flag in instruction.flags:
            if flag.name == "chmod" and flag.value and flag.value_span and _for_all(flag.value):
                narrower = _narrower(flag.value)
                yield _hit(flag.value, narrower, flag.span, replace(flag.value_span, narrower) if narrower else None)


def _hit(mode: str, narrower: str, span: Span, edit: Edit | None) -> Hit:
    hint = (
        f"write {narrower}, and give the files to who writes them" if narrower else "give the files to who writes them"
    )
    return Hit(
        f"with mode {mode} everybody may write", span, hint=hint, fix=unsafe_fix("Let only the owner write", edit)
    )


def _mode_word(program: Program) -> ShellWord | None:
    """The word with the mode; None where there is none, or only devices and temporary directories are meant."""
    words = program.words[1:]
    if any(_DEVICES.match(word.static) for word in words):
        return None
    if program.name == "chmod":
        return next((word for word in words if not _CHMOD_FLAG.match(word.static)), None)
    for at, word in enumerate(words):
        if word.static in ("-m", "--mode"):
            return words[at + 1] if at + 1 < len(words) else None
        if _MODE_FLAG.fullmatch(word.static):
            return word
    return None


def _for_all(mode: str) -> bool:
    number = _NUMBER.fullmatch(mode)
    if number is not None:
        sticky = number[1] != "" and int(number[1]) & 1
        return bool(int(number[2][2]) & 2) and not sticky
    return any(_SYMBOLS.fullmatch(part) for part in mode.split(","))


def _narrower(mode: str) -> str:
    """The number without the write permission of group and others; "" for symbols."""
    if not _NUMBER.fullmatch(mode):
        return ""
    return mode[:-2] + "".join(str(int(digit) & ~2) for digit in mode[-2:])
