"""Which file of the context ends up at a path of an image.

Enter a build, a stage and an absolute path; leave the node of the context that the last COPY puts there, with what
took it. Only what a COPY of that stage or of its base stages names plainly: else None.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from bakehouse.dockerfile.mounts import clean_path
from bakehouse.dockerfile.state import StageMeaning, Step
from bakehouse.lint.contexts import Build
from bakehouse.model.file_source import EntryKind
from bakehouse.workspace.context_selection import Taken
from bakehouse.workspace.context_tree import Node


class Placed(NamedTuple):
    """A file of the context in an image: the node, what took it, the step, and the steps after it."""

    node: Node
    taken: Taken
    step: Step
    later: tuple[Step, ...]


def chain(build: Build, stage: StageMeaning) -> tuple[Step, ...]:
    """The steps of a stage with those of its base stages before them, in the order in which they run."""
    steps: list[Step] = []
    index: int | None = stage.stage.index
    stages = build.view.meaning.stages
    while index is not None:
        steps = [*stages[index].steps, *steps]
        index = stages[index].stage.origin.stage
    return tuple(steps)


def file_at(build: Build, stage: StageMeaning, path: str) -> Placed | None:
    """The file of the context that a stage ends with at `path`."""
    steps = chain(build, stage)
    found: Placed | None = None
    for number, step in enumerate(steps):
        if step.instruction.name not in ("COPY", "ADD") or not step.certain or len(step.values) < 2:
            continue
        for taken in build.taken:
            if taken.source.instruction.code != step.instruction.code:
                continue
            for node, place in _places(step, taken):
                if place == path and node.entry.kind is EntryKind.FILE:
                    found = Placed(node, taken, step, steps[number + 1 :])
    return found


def _places(step: Step, taken: Taken) -> Iterator[tuple[Node, str]]:
    """The nodes that a source takes with their paths in the image."""
    written = step.values[-1]
    if not written.startswith("/") and step.before.workdir is None:
        return
    destination = clean_path(posixpath.join("/", step.before.workdir or "/", written))
    into = written.endswith(("/", "/.")) or written in (".", "./") or len(step.values) > 2
    files = {node.path for node in taken.nodes if not node.is_directory}
    for node in taken.nodes:
        for match in taken.matches:
            if match == node.path and node.path in files:
                name = posixpath.basename(node.path)
                yield node, clean_path(posixpath.join(destination, name)) if into else destination
            elif match == "." or node.path.startswith(match + "/"):
                inside = node.path if match == "." else node.path[len(match) + 1 :]
                yield node, clean_path(posixpath.join(destination, inside))
