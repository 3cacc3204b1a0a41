"""A RUN uses what /bin/sh of the base image does not know.

## What

`source`, `pushd`, `[[ ]]`, `<<<`, `<( )`, `&>` and the like in a RUN that dash (Debian, Ubuntu) or BusyBox (Alpine)
reads.

## Why

They are bash's. The build stops with `source: not found`, or worse: `&> file` is a command in the background for dash,
and the build goes on without it.

## Bad

```dockerfile
FROM debian:12
RUN source /opt/env.sh && make
```

## Good

```dockerfile
FROM debian:12
SHELL ["/bin/bash", "-c"]
RUN source /opt/env.sh && make
```

## Fix

Safe for `source` of a path, which becomes `.`: it is the same in every shell. Otherwise none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.shell import Command, ShellWord
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.bases import Distribution, distribution
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.run_edits import replace_word
from bakehouse.lint.shell_options import interpreter
from bakehouse.lint.subject import Run, Subject

RULE = rule(
    __doc__,
    name="non-posix-shell",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    needs=("source", "pushd", "popd", "shopt", "mapfile", "readarray", "<<<", "<(", ">(", "&>", "[["),
)
_BASH = {
    Distribution.DEBIAN: frozenset({"source", "pushd", "popd", "shopt", "mapfile", "readarray"}),
    Distribution.ALPINE: frozenset({"pushd", "popd", "shopt", "mapfile", "readarray"}),
}
_DOUBLE = re.compile(rb"(?:^|[\s;&|(!])(\[\[)[ \t]")
_TOKENS = (b"source ", b"pushd", b"popd", b"shopt", b"mapfile", b"readarray", b"[[", b"<<<", b"<(", b">(", b"&>")
_QUOTED = re.compile(rb"'[^']*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)


def check(subject: Subject) -> Iterator[Hit]:
    """The first such thing of every RUN."""
    if not any(token in subject.data for token in _TOKENS):  # nearly all files
        return
    for run in subject.runs:
        names = _BASH.get(distribution(run.stage, subject))
        if names is None or run.instruction.is_json or interpreter(run) not in ("sh", "dash", "ash"):
            continue
        hit = next(_hits(subject, run, names), None)
        if hit is not None and not _has_other_sh(subject):
            yield hit


def _hits(subject: Subject, run: Run, names: frozenset[str]) -> Iterator[Hit]:
    hint = 'set SHELL ["/bin/bash", "-c"] before, or write it for /bin/sh'
    for command in run.script.commands:
        if command.name in names:
            fix = safe_fix("Write .", replace_word(command.words[0], ".")) if _is_source_of_path(command) else None
            yield Hit(f"{command.name} is not in /bin/sh of this base image", command.words[0].span, hint, fix)
        for word in (*command.words[1:], *command.redirects):
            if _is_bash(word, source="source" in names):
                token = word.raw[: 3 if word.raw.startswith("<<<") else 2]
                yield Hit(f"{token} is not in /bin/sh of this base image", word.span, hint)
    if "source" in names and not run.instruction.heredocs:
        start, end = run.instruction.code
        match = _DOUBLE.search(_QUOTED.sub(lambda found: b"x" * len(found[0]), subject.data[start:end]))
        if match is not None:
            span = Span(start + match.start(1), start + match.end(1))
            yield Hit("[[ is not in /bin/sh of this base image", span, hint)


def _is_source_of_path(command: Command) -> bool:
    return [word.raw for word in command.words[:1]] == ["source"] and any("/" in w.raw for w in command.words[1:2])


def _is_bash(word: ShellWord, *, source: bool) -> bool:
    return word.raw.startswith(("<<<", "<(", ">(")) or (source and word.raw.startswith("&>"))


def _has_other_sh(subject: Subject) -> bool:
    """Whether the file makes /bin/sh another shell."""
    linked = any(p.arguments[-1:] in (("/bin/sh",), ("/usr/bin/sh",)) for p in subject.programs("ln"))
    return linked or b"reconfigure dash" in subject.data or b"dash/sh" in subject.data
