"""The file that starts the container cannot be executed.

## What

ENTRYPOINT or CMD starts a file that a COPY brings from the context, the file has no execute permission there, and
nothing gives it one. This needs more than the file: it looks into the context.

## Why

The container does not start: "permission denied".

## Bad

```dockerfile
# start.sh has the mode 0644
FROM alpine:3.20
COPY start.sh /start.sh
ENTRYPOINT ["/start.sh"]
```

## Good

```dockerfile
FROM alpine:3.20
COPY --chmod=0755 start.sh /start.sh
ENTRYPOINT ["/start.sh"]
```

## Fix

Unsafe: `--chmod=0755` is added where the COPY brings this file alone. It is unsafe because the mode of the file in the
repository may be what should change.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert
from bakehouse.lint.placed_files import Placed
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.start_files import start_files
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="entrypoint-not-executable",
    group=Group.CROSS_FILE,
    severity=Severity.ERROR,
    fix=FixSafety.UNSAFE,
)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Every such file, at the word that names it."""
    for build in repo.builds:
        for start in start_files(build):
            placed = start.placed
            if placed.node.entry.mode & 0o111 or _gets_mode(placed):
                continue
            yield Hit(
                f"{start.path} cannot be executed: {placed.node.path} has the mode {placed.node.entry.mode:04o}",
                start.word.span,
                hint="COPY it with --chmod=0755, or `git update-index --chmod=+x` the file",
                fix=_fix(placed),
                path=build.subject.path,
                service=build.service.name,
            )


def _gets_mode(placed: Placed) -> bool:
    """Whether the COPY sets a mode, or a RUN after it calls what may."""
    if placed.step.instruction.flag("chmod") is not None:
        return True
    return any(
        step.instruction.name == "RUN"
        and any(word in step.instruction.original for word in ("chmod", "install", "dos2unix"))
        for step in placed.later
    )


def _fix(placed: Placed) -> Fix | None:
    instruction = placed.step.instruction
    alone = len(placed.taken.nodes) == 1 and len(placed.step.values) == 2
    if instruction.name not in ("COPY", "ADD") or not alone:
        return None
    end = instruction.flags[-1].span.end if instruction.flags else instruction.keyword.span.end
    return unsafe_fix("Add --chmod=0755", insert(end, " --chmod=0755"))
