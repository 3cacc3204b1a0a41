"""A build step cannot see SOURCE_DATE_EPOCH.

## What

A RUN compiles or packs something, and the stage declares no `ARG SOURCE_DATE_EPOCH` before it.

## Why

Compilers and archivers write the time into what they make, unless this variable says which: two builds of the same
source then differ. BuildKit passes it to the image's own times by itself, to RUN only where an ARG declares it. The
rule is off unless you ask for it.

## Bad

```dockerfile
FROM golang:1.26
COPY . .
RUN make
```

## Good

```dockerfile
FROM golang:1.26
COPY . .
ARG SOURCE_DATE_EPOCH
RUN make
```

## Fix

Unsafe: the ARG is put before the first such RUN of a stage. Steps after it run again when the value changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert_line_before
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Run, Subject

RULE = rule(
    __doc__,
    name="source-date-epoch",
    group=Group.REPRODUCIBILITY,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
    default=False,
)
_NAME = "SOURCE_DATE_EPOCH"
_COMPILERS = frozenset({"make", "gcc", "g++", "cc", "c++", "clang", "cmake", "ninja", "meson", "zip", "jar", "javac"})
_BUILDS = {"go": ("build",), "cargo": ("build",), "mvn": ("package", "install", "verify"), "pip": ("wheel",)}


def check(subject: Subject) -> Iterator[Hit]:
    """The first building RUN of each stage that does not know the variable."""
    seen: set[int] = set()
    for run in subject.runs:
        before = run.step.before
        if run.stage.stage.index in seen or _NAME in before.args or _NAME in before.env:
            continue
        if _NAME in run.instruction.original or not _builds(run):
            continue
        seen.add(run.stage.stage.index)
        yield Hit(
            f"what is built here has the time of the build in it: no ARG {_NAME}",
            run.instruction.keyword.span,
            hint=f"put ARG {_NAME} before the RUN",
            fix=unsafe_fix("Declare it", insert_line_before(subject.tree, run.instruction.span, f"ARG {_NAME}")),
        )


def _builds(run: Run) -> bool:
    if any(call.verb in _BUILDS.get(call.manager, ()) for call in run.calls):
        return True
    return any(command.name in _COMPILERS for command in run.script.commands)
