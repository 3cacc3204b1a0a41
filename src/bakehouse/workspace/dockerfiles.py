"""A service's Dockerfile as the workspace needs it: a `Meaning` goes in, a small `DockerfileSummary` comes out.

Small, because a scan keeps one for each of thousands of services. Tolerant on purpose: a file that BuildKit would
refuse can still be listed. The refusal comes at plan time.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bakehouse.dockerfile.imageref import ImageRefError, parse_image
from bakehouse.dockerfile.meaning import Meaning, interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.dockerfile.sources import SourceKind
from bakehouse.dockerfile.stages import BuildInputs, Edge, EdgeKind, OriginKind, Stage
from bakehouse.dockerfile.state import StageMeaning
from bakehouse.dockerfile.verdict import stage_name

_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
MACHINE_PLATFORM = f"linux/{_MACHINES.get(platform.machine(), platform.machine())}"
"""What an engine on this machine builds for when nothing else is asked."""

_OUTSIDE = (OriginKind.IMAGE, OriginKind.NAMED_CONTEXT)


@dataclass(frozen=True, slots=True)
class Outside:
    """An image or named context that a stage takes from outside the file, as the file names it."""

    reference: str
    stage: str
    line: int


@dataclass(frozen=True, slots=True)
class StageSummary:
    """One stage. `name` is the index as text where it has none, `base` the name it starts from.

    `base_stage` is set where that is a stage of the file, `base_is_image` where it is an image. `needs` are
    indices of stages. `paths` are what it takes out of the build context, with the line; paths that only a base
    image decides are left out.
    """

    name: str
    base: str
    base_stage: int | None
    base_is_image: bool
    needs: tuple[int, ...]
    outside: tuple[Outside, ...]
    paths: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class DockerfileSummary:
    """All stages in file order."""

    stages: tuple[StageSummary, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names, or numbers, of all stages."""
        return tuple(stage.name for stage in self.stages)

    @property
    def image_bases(self) -> tuple[str, ...]:
        """The images that stages start from, each once."""
        return tuple(dict.fromkeys(stage.base for stage in self.stages if stage.base_is_image))

    def target(self, name: str | None) -> int | None:
        """The stage that a build of `name` takes (None: the last one); of several of one name the last."""
        if not name:
            return len(self.stages) - 1 if self.stages else None
        wanted = stage_name(name)
        return next((i for i in reversed(range(len(self.stages))) if self.stages[i].name == wanted), None)

    def reached(self, targets: Iterable[str | None]) -> tuple[StageSummary, ...]:
        """The stages that building the targets needs, in file order; a target that is not there needs none."""
        pending = [index for name in targets if (index := self.target(name)) is not None]
        seen: set[int] = set()
        while pending:
            index = pending.pop()
            if index not in seen:
                seen.add(index)
                pending += self.stages[index].needs
        return tuple(self.stages[index] for index in sorted(seen))

    def final_base(self, target: str | None) -> str | None:
        """What the target starts from, through all stages of the file below it; None for an unknown target."""
        index = self.target(target)
        if index is None:
            return None
        while (below := self.stages[index].base_stage) is not None:
            index = below
        return self.stages[index].base


def read_summary(data: bytes, args: Mapping[str, str] | None = None, contexts: Iterable[str] = ()) -> DockerfileSummary:
    """Read a Dockerfile's bytes under a service's build arguments and names of named contexts."""
    return summary_of(interpret(parse(data), inputs_of(args, contexts)))


def summary_of(meaning: Meaning) -> DockerfileSummary:
    """What the workspace keeps of a meaning."""
    return DockerfileSummary(tuple(_summary(found) for found in meaning.stages))


def inputs_of(args: Mapping[str, str] | None, contexts: Iterable[str] = (), target: str | None = None) -> BuildInputs:
    """What a build on this machine adds to a Dockerfile."""
    return BuildInputs(
        args=args or {},
        contexts=frozenset(contexts),
        target=target,
        platform=MACHINE_PLATFORM,
        build_platform=MACHINE_PLATFORM,
    )


def outside(stages: Iterable[StageSummary]) -> tuple[Outside, ...]:
    """What the stages take that is no stage of their file, each reference once; `scratch` is nothing."""
    found: dict[str, Outside] = {}
    for stage in stages:
        for entry in stage.outside:
            found.setdefault(entry.reference, entry)
    return tuple(found.values())


def context_paths(stages: Iterable[StageSummary]) -> tuple[tuple[str, int], ...]:
    """What the stages take out of the build context: (path, line)."""
    return tuple(path for stage in stages for path in stage.paths)


def full_reference(reference: str) -> str:
    """An image reference in full: `node:20` is `docker.io/library/node:20`. What is no reference stays as it is."""
    try:
        return parse_image(reference).full
    except ImageRefError:
        return reference


def _summary(found: StageMeaning) -> StageSummary:
    stage = found.stage
    name = stage.name or str(stage.index)
    taken = (Outside(_name(stage, e), name, e.instruction.start_line) for e in stage.edges if e.origin.kind in _OUTSIDE)
    return StageSummary(
        name=name,
        base=_name(stage, stage.base_edge),
        base_stage=stage.origin.stage,
        base_is_image=stage.origin.kind is OriginKind.IMAGE,
        needs=stage.needs,
        outside=tuple(taken),
        paths=tuple(
            (source.context_path, source.instruction.start_line)
            for source in found.sources
            if source.certain and source.kind is SourceKind.CONTEXT
        ),
    )


def _name(stage: Stage, edge: Edge) -> str:
    """What an edge names; a base with a variable that has no value stays as written."""
    if edge.kind is EdgeKind.BASE and not stage.base_certain:
        return edge.instruction.words[0].text
    return edge.origin.name
