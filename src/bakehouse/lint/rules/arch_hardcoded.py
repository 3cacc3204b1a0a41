"""A download names one architecture.

## What

curl or wget in a RUN fetches an address with `amd64`, `x86_64`, `arm64` or the like in it, and nothing in the RUN looks
at the architecture.

## Why

Built for another platform, the image gets a program that does not start (exec format error), or needs emulation.
BuildKit gives every build TARGETARCH.

## Bad

```dockerfile
RUN curl -fsSLO https://example.com/tool_linux_amd64.tar.gz
```

## Good

```dockerfile
FROM debian:12
ARG TARGETARCH
RUN curl -fsSLO "https://example.com/tool_linux_${TARGETARCH}.tar.gz"
```

## Fix

Unsafe: `amd64` or `arm64` becomes `${TARGETARCH}` in the whole RUN, with the ARG before it. None where a checksum is
compared, which is another one for each architecture, and for other spellings, which each project chooses anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert_line_before, replace
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.bases import is_windows
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Program, Run, Subject
from bakehouse.model.edit import Edit
from bakehouse.model.finding import Fix

RULE = rule(__doc__, name="arch-hardcoded", group=Group.CORRECTNESS, severity=Severity.INFO, fix=FixSafety.UNSAFE)
_ARCH = re.compile(r"(?<![A-Za-z0-9])(amd64|x86[_-]64|x64|arm64|aarch64)(?![A-Za-z0-9])")
_LOOKS = re.compile(r"uname|print-arch|TARGETARCH|TARGETPLATFORM|BUILDARCH|BUILDPLATFORM|\$\{?[A-Z_]*ARCH\b")
_CHECKSUM = re.compile(r"(?i)sha\d+|md5|\.asc\b|\bgpg\b")


def check(subject: Subject) -> Iterator[Hit]:
    """The first such address of every RUN."""
    seen: set[int] = set()
    for program in subject.programs("curl", "wget"):
        run = program.run
        address = _address(program)
        if address is None or run.start in seen or _is_meant(subject, run):
            continue
        seen.add(run.start)
        found = set(_ARCH.findall(_text(run)))
        if {"amd64", "x86_64", "x86-64", "x64"} & found and {"arm64", "aarch64"} & found:
            continue  # both: the RUN chooses
        message = f"the download is for {address[1]}, whatever the image is built for"
        fix = _fix(subject, run, address[1]) if len(found) == 1 else None
        yield Hit(message, address[0], hint="use TARGETARCH", fix=fix)


def _address(program: Program) -> tuple[Span, str] | None:
    for word in program.words[1:]:
        match = _ARCH.search(word.raw) if "://" in word.raw else None
        if match is not None:
            return word.span, match[1]
    return None


def _text(run: Run) -> str:
    return "\n".join([run.instruction.original, *(heredoc.content for heredoc in run.instruction.heredocs)])


def _is_meant(subject: Subject, run: Run) -> bool:
    """Whether the stage is for one architecture, or the RUN looks which one it is."""
    stage = run.stage.stage
    named = _ARCH.search(stage.name or "") or _ARCH.search(stage.base.replace("arm64v8", "arm64"))
    flag = stage.from_.flag("platform") or ""
    is_fixed = bool(flag) and "TARGET" not in flag
    return bool(named) or is_fixed or is_windows(run.stage, subject) or _LOOKS.search(_text(run)) is not None


def _fix(subject: Subject, run: Run, arch: str) -> Fix | None:
    instruction = run.instruction
    if arch not in ("amd64", "arm64") or instruction.is_json or instruction.heredocs or not run.script.whole:
        return None
    if _CHECKSUM.search(instruction.original):
        return None
    edits: list[Edit] = []
    for match in re.finditer(re.escape(arch.encode()), subject.data[instruction.code.start : instruction.code.end]):
        span = Span(instruction.code.start + match.start(), instruction.code.start + match.end())
        words = [w for c in run.script.commands for w in (*c.words, *c.redirects)]
        if not any(w.span.start <= span.start and span.end <= w.span.end and "'" not in w.raw for w in words):
            return None
        edits.append(replace(span, "${TARGETARCH}"))
    if "TARGETARCH" not in run.step.before.args:
        edits.append(insert_line_before(subject.tree, instruction.span, "ARG TARGETARCH"))
    return unsafe_fix("Use TARGETARCH", *edits)
