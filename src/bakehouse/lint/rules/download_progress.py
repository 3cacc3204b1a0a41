"""A download draws its progress bar into the build log.

## What

`wget` or `curl` runs in a RUN with its progress bar on.

## Why

There is no terminal in a build: the bar becomes thousands of lines (wget) or a long torn one (curl), and hides
what matters.

## Bad

```dockerfile
FROM debian:12
RUN wget https://example.com/big.tar.gz
```

## Good

```dockerfile
FROM debian:12
RUN wget --progress=dot:giga https://example.com/big.tar.gz
```

`-q`, `-nv`, `-o FILE` and curl's `-s` are fine as well. BusyBox's wget (Alpine) knows no `--progress` and is not
looked at.

## Fix

Safe: wget gets `--progress=dot:giga`, where the base image is known to have GNU wget; curl gets `-sS`, which still
shows errors. Only the log changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.shell import ShellWord
from bakehouse.lint.bases import Distribution, distribution, is_windows
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.run_edits import insert_after
from bakehouse.lint.subject import Run, Subject

RULE = rule(
    __doc__,
    name="download-progress",
    group=Group.SIZE,
    severity=Severity.INFO,
    fix=FixSafety.SAFE,
    aliases=("DL3047",),
    needs=("curl", "wget"),
)
_GNU = (Distribution.DEBIAN, Distribution.REDHAT, Distribution.SUSE)
_LONG = {
    "wget": (
        "--quiet",
        "--no-verbose",
        "--progress",
        "--output-file",
        "--append-output",
        "--version",
        "--help",
        "--spider",
    ),
    "curl": ("--silent", "--no-progress-meter", "--progress-bar", "--version", "--help", "--head"),
}
_VARIABLE = re.compile(r"\$\w+|\$\{\w+\}")  # not in quotes: it may be several words
_SHORT = {"wget": "qoahV", "curl": "sI#hV"}


def check(subject: Subject) -> Iterator[Hit]:
    """Every wget and curl that draws its bar."""
    for run, command in subject.commands("wget", "curl"):
        name = command.name
        words = command.words[1:]
        if not words or any(_is_quiet(name, word) for word in words) or not run.script.understood:
            continue
        family = distribution(run.stage, subject)
        if is_windows(run.stage, subject):
            continue
        if name == "wget" and (family is Distribution.ALPINE or _is_quieted_elsewhere(run)):
            continue
        flag = "--progress=dot:giga" if name == "wget" else "-sS"
        certain = not run.instruction.is_json and (name == "curl" or family in _GNU)
        yield Hit(
            f"{name} draws its progress bar into the log",
            command.words[0].span,
            hint=f"add {flag}",
            fix=safe_fix(f"Add {flag}", insert_after(command.words[0], flag)) if certain else None,
            severity=Severity.INFO if name == "wget" else Severity.STYLE,
        )


def _is_quiet(name: str, word: ShellWord) -> bool:
    """Whether a word silences the bar, or may: a variable that could hold flags."""
    text = word.static
    if word.text is None and _VARIABLE.fullmatch(word.raw):
        return not word.raw.rstrip("}").upper().endswith(("URL", "URI"))
    if text.startswith("--"):
        return text.partition("=")[0] in _LONG[name]
    if name == "wget" and text in ("-nv", "-Nnv", "-nvc"):
        return True
    return text.startswith("-") and any(letter in _SHORT[name] for letter in _letters(name, text[1:]))


def _letters(name: str, flags: str) -> str:
    """The letters of joined short flags, up to one that takes the rest as its value."""
    valued = "OPUtTw" if name == "wget" else "oAbcCdDeEFHKmMrTuUwxXyYzQ"
    for at, letter in enumerate(flags):
        if letter in valued:
            return flags[:at]
    return flags


def _is_quieted_elsewhere(run: Run) -> bool:
    return any(
        ".wgetrc" in word.raw for command in run.script.commands for word in (*command.words, *command.redirects)
    )
