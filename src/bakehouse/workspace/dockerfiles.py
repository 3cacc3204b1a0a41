"""A service's Dockerfile as the workspace needs it: a `Meaning` goes in; stages, bases, outside images, paths come out.

Tolerant on purpose: a file that BuildKit would refuse can still be listed. The refusal comes at plan time.
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


def read_meaning(
    data: bytes, args: Mapping[str, str] | None = None, contexts: Iterable[str] = (), filename: str = "Dockerfile"
) -> Meaning:
    """The meaning of a Dockerfile's bytes under a service's build arguments and names of named contexts."""
    return interpret(parse(data, filename), inputs_of(args, contexts))


def inputs_of(args: Mapping[str, str] | None, contexts: Iterable[str] = (), target: str | None = None) -> BuildInputs:
    """What a build on this machine adds to a Dockerfile."""
    return BuildInputs(
        args=args or {},
        contexts=frozenset(contexts),
        target=target,
        platform=MACHINE_PLATFORM,
        build_platform=MACHINE_PLATFORM,
    )


def name_of(stage: Stage) -> str:
    """The stage's name, or its number as text where it has none."""
    return stage.name or str(stage.index)


def stage_names(meaning: Meaning) -> tuple[str, ...]:
    """All stages, in order."""
    return tuple(name_of(stage) for stage in meaning.graph.stages)


def reached(meaning: Meaning, targets: Iterable[str | None]) -> tuple[StageMeaning, ...]:
    """The stages that building the targets needs (None: the last stage), in file order; unknown targets need none."""
    found: set[int] = set()
    for name in targets:
        target = meaning.graph.target(name)
        if target is not None:
            found |= {stage.index for stage in meaning.graph.reach(target)}
    return tuple(meaning.stages[index] for index in sorted(found))


def outside(stages: Iterable[StageMeaning]) -> tuple[Outside, ...]:
    """What the stages take that is no stage of their file, each reference once; `scratch` is nothing."""
    found: dict[str, Outside] = {}
    for meaning in stages:
        for edge in meaning.stage.edges:
            reference = _reference(meaning.stage, edge)
            if reference is not None:
                entry = Outside(reference, name_of(meaning.stage), edge.instruction.start_line)
                found.setdefault(reference, entry)
    return tuple(found.values())


def image_bases(meaning: Meaning) -> tuple[str, ...]:
    """The images that stages start from, each once."""
    images = (s for s in meaning.graph.stages if s.origin.kind is OriginKind.IMAGE)
    return tuple(dict.fromkeys(_reference(stage, stage.base_edge) or "" for stage in images))


def final_base(meaning: Meaning, target: str | None) -> str | None:
    """What the target starts from, through all stages of the file below it; None for an unknown target."""
    stage = meaning.graph.target(target)
    while stage is not None and stage.origin.stage is not None:
        stage = meaning.graph.stages[stage.origin.stage]
    return stage.base if stage is not None else None


def context_paths(stages: Iterable[StageMeaning]) -> tuple[tuple[str, int], ...]:
    """What the stages take out of the build context: (path, line), without paths that only a base decides."""
    found = ((s.context_path, s.instruction.start_line, s.certain, s.kind) for m in stages for s in m.sources)
    return tuple((path, line) for path, line, certain, kind in found if certain and kind is SourceKind.CONTEXT)


def full_reference(reference: str) -> str:
    """An image reference in full: `node:20` is `docker.io/library/node:20`. What is no reference stays as it is."""
    try:
        return parse_image(reference).full
    except ImageRefError:
        return reference


def _reference(stage: Stage, edge: Edge) -> str | None:
    """What an edge takes from outside; a base with a variable that has no value stays as written."""
    if edge.origin.kind not in _OUTSIDE:
        return None
    if edge.kind is EdgeKind.BASE and not stage.base_certain:
        return edge.instruction.words[0].text
    return edge.origin.name
