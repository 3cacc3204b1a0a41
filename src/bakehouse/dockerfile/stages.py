"""The stages of a Dockerfile as nouns: inputs of a build, stages, what each needs, and the graph of them.

`stage_reader.read_stages` makes them; enter and leave nothing but data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bakehouse.dockerfile.expansion import Scope
from bakehouse.dockerfile.imageref import ImageRef
from bakehouse.dockerfile.syntax import Dockerfile, Instruction, Problem
from bakehouse.dockerfile.verdict import stage_name

SCRATCH = "scratch"
INDEX = re.compile(r"[+-]?[0-9]+\Z")
"""What `COPY --from` takes as the number of a stage."""


@dataclass(frozen=True, slots=True)
class BaseImage:
    """What is known of a base image's configuration. None: not known."""

    env: Mapping[str, str] | None = None
    user: str | None = None
    workdir: str | None = None
    shell: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildInputs:
    """What a build adds to the file. `contexts` are the names of named contexts; `bases` maps full
    image references to what is known of them; `target` is a stage's name or index, None for the last."""

    args: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None
    platform: str = "linux/amd64"
    build_platform: str = "linux/amd64"
    contexts: frozenset[str] = frozenset()
    bases: Mapping[str, BaseImage] = field(default_factory=dict)


class OriginKind(StrEnum):
    """Where files come from."""

    STAGE = "stage"
    IMAGE = "image"
    NAMED_CONTEXT = "named-context"
    SCRATCH = "scratch"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a name stands for: a stage (by index), an image, a named context (by name), or nothing at all."""

    kind: OriginKind
    name: str
    stage: int | None = None
    image: ImageRef | None = None


class EdgeKind(StrEnum):
    """Why one stage needs something."""

    BASE = "base"
    COPY = "copy"
    MOUNT = "mount"


@dataclass(frozen=True, slots=True)
class Edge:
    """A stage needs `origin`, because of `instruction` (its FROM, a COPY or a RUN)."""

    kind: EdgeKind
    origin: Origin
    instruction: Instruction


@dataclass(frozen=True, slots=True)
class Stage:
    """One FROM and what follows it.

    `name` is in lower case, None where FROM gives none; `label` is what BuildKit shows (`stage-0`).
    `base` is the expanded base name, `base_certain` whether every variable in it was known; `platform`
    the expanded --platform. `triggers` are the ONBUILD instructions of a base stage, which run first.
    """

    index: int
    name: str | None
    label: str
    from_: Instruction
    base: str
    base_certain: bool
    origin: Origin
    platform: str | None
    instructions: tuple[Instruction, ...]
    triggers: tuple[Instruction, ...]
    edges: tuple[Edge, ...]

    @property
    def base_edge(self) -> Edge:
        """The edge to the base."""
        return self.edges[0]

    @property
    def needs(self) -> tuple[int, ...]:
        """The indices of the stages that this one needs, each once, in order of use."""
        found = (edge.origin.stage for edge in self.edges)
        return tuple(dict.fromkeys(index for index in found if index is not None))


@dataclass(frozen=True, slots=True)
class StageGraph:
    """All stages in file order. `problems` would stop a build of any target."""

    tree: Dockerfile
    stages: tuple[Stage, ...]
    global_scope: Scope
    problems: tuple[Problem, ...]

    def find(self, name: str) -> Stage | None:
        """The stage of that name (or index, as `COPY --from` takes it); of several of one name the last."""
        wanted = stage_name(name)
        for stage in reversed(self.stages):
            if stage.name == wanted:
                return stage
        if INDEX.match(name) and len(name) < 10 and 0 <= int(name) < len(self.stages):
            return self.stages[int(name)]
        return None

    def target(self, name: str | None = None) -> Stage | None:
        """The stage that a build of `name` takes: by name only; without one, the last."""
        if name is None or name == "":
            return self.stages[-1] if self.stages else None
        wanted = stage_name(name)
        return next((stage for stage in reversed(self.stages) if stage.name == wanted), None)

    def reach(self, stage: Stage) -> tuple[Stage, ...]:
        """`stage` and all stages that a build of it needs, in file order."""
        seen = {stage.index}
        pending = [stage.index]
        while pending:
            for needed in self.stages[pending.pop()].needs:
                if needed not in seen:
                    seen.add(needed)
                    pending.append(needed)
        return tuple(self.stages[index] for index in sorted(seen))
