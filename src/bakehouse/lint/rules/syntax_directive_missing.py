"""The file uses newer syntax and does not say which frontend knows it.

## What

There is no `# syntax=` line, and the file has here-documents, `RUN --mount`, `COPY --link` or other syntax that came
after the first version.

## Why

Without the line each engine reads the file with the frontend it was built with. An older one stops with
`unknown flag` or takes the here-document for commands; with the line every engine fetches a frontend that knows it,
and its corrections too.

## Bad

```dockerfile
FROM alpine:3.20
COPY --link app /app
```

## Good

```dockerfile
# syntax=docker/dockerfile:1
FROM alpine:3.20
COPY --link app /app
```

## Fix

Unsafe: `# syntax=docker/dockerfile:1` becomes the first line. It is unsafe because every build then fetches that
frontend: where no registry can be reached, it fails before its first step.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert, newline_near
from bakehouse.dockerfile.sources import SourceKind
from bakehouse.dockerfile.state import Step
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="syntax-directive-missing",
    group=Group.BUILDKIT,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
    needs=("--", "<<"),
)
_FLAGS = frozenset({"mount", "network", "link", "parents", "exclude", "checksum", "keep-git-dir", "unpack"})
_LINE = b"# syntax=docker/dockerfile:1"


def check(subject: Subject) -> Iterator[Hit]:
    """The first instruction that needs a newer frontend, in a file that names none."""
    if subject.tree.frontend is not None:
        return
    for _, step in subject.steps_named("RUN", "COPY", "ADD"):
        feature = _feature(step)
        if feature is not None:
            bom = 3 if subject.data.startswith(b"\xef\xbb\xbf") else 0
            edit = insert(bom, _LINE + newline_near(subject.tree, 0))
            message = f"{feature} is newer syntax, and the file has no # syntax= line"
            hint = "begin the file with # syntax=docker/dockerfile:1"
            yield Hit(message, step.instruction.keyword.span, hint=hint, fix=unsafe_fix("Add the line", edit))
            return


def _feature(step: Step) -> str | None:
    """What of an instruction came after the first version."""
    if step.instruction.heredocs:
        return "a here-document"
    for flag in step.instruction.flags:
        if flag.name in _FLAGS:
            return f"{step.instruction.name} --{flag.name}"
    is_git = any(source.kind is SourceKind.GIT for source in step.sources)
    return "ADD of a Git repository" if is_git else None
