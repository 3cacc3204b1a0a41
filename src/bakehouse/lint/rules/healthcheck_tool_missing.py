"""HEALTHCHECK calls a program that the image does not have.

## What

The check calls curl or wget, the base image is one that comes without it, and nothing in the file names it.

## Why

Every check fails with `not found`, so the container is unhealthy for ever: Compose does not start what depends on it,
Swarm kills it again and again.

## Bad

```dockerfile
FROM node:22-slim
HEALTHCHECK CMD curl -fsS http://localhost:3000/health || exit 1
```

## Good

```dockerfile
FROM node:22-slim
HEALTHCHECK CMD ["node", "healthcheck.js"]
```

## Fix

None: install the program, or ask with what the image has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.imageref import ImageRef
from bakehouse.dockerfile.shell import read_script
from bakehouse.dockerfile.state import StageMeaning
from bakehouse.lint.bases import root_image
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="healthcheck-tool-missing", group=Group.CORRECTNESS, severity=Severity.WARNING)
_BARE = frozenset({"debian", "ubuntu"})
_WITH_VARIANTS = frozenset({"node", "python", "ruby", "golang", "rust"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every check that cannot work."""
    for stage, step in subject.steps_named("HEALTHCHECK"):
        image = root_image(stage, subject)
        absent = _absent(image) if image is not None else frozenset()
        if image is None or not absent:
            continue
        script = read_script(subject.tree, step.instruction, step.before.effective_shell)
        for command in script.commands:
            if command.name in absent and not _is_named(subject, stage, command.name):
                message = f"{command.name} is not in {image.familiar}, and nothing here installs it"
                yield Hit(message, command.words[0].span, hint="install it, or ask with what the image has")
                break


def _absent(image: ImageRef) -> frozenset[str]:
    """The programs that an official image comes without."""
    if image.registry != "docker.io" or not image.path.startswith("library/"):
        return frozenset()
    name, tag = image.path.removeprefix("library/"), image.tag or ""
    if name == "alpine" or (name in _WITH_VARIANTS and "alpine" in tag):
        return frozenset({"curl"})  # wget is BusyBox's
    if name in _BARE or (name in _WITH_VARIANTS and "slim" in tag):
        return frozenset({"curl", "wget"})
    return frozenset()


def _is_named(subject: Subject, stage: StageMeaning, program: str) -> bool:
    """Whether an instruction of the stage, or of one that it starts from, names the program."""
    word = re.compile(rf"\b{program}\b")
    index: int | None = stage.stage.index
    while index is not None:
        found = subject.stages[index].stage
        for instruction in found.instructions:
            if instruction.name in ("RUN", "COPY", "ADD"):
                texts = (instruction.original, *(heredoc.content for heredoc in instruction.heredocs))
                if any(word.search(text) for text in texts):
                    return True
        index = found.origin.stage
    return False
