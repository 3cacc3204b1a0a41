"""Which lines of a Dockerfile a BuildKit step came from: `[stage i/n]` back to the instruction.

BuildKit numbers, within a stage, the FROM of an outside image and then every RUN, COPY, ADD and WORKDIR
(buildkit, frontend/dockerfile/dockerfile2llb: cmdTotal and prefixCommand). The FROM takes its number only
where the image is pulled under its own name: replaced by a named context it is counted in n, but the first
instruction gets number 1 (measured with BuildKit 0.13).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bakehouse.dockerfile.stage_reader import read_stages
from bakehouse.dockerfile.stages import OriginKind, Stage, StageGraph
from bakehouse.dockerfile.syntax import Dockerfile
from bakehouse.model.plan import Plan, Target
from bakehouse.workspace.dockerfiles import inputs_of

_NUMBERED = frozenset({"RUN", "COPY", "ADD", "WORKDIR"})

LinesOf = Callable[[str, str, int], tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class StageLines:
    """One stage: its label, whether its FROM has number 1, and the line ranges of the numbered instructions."""

    label: str
    numbered_base: bool
    lines: tuple[tuple[int, int], ...]


def stages_of(graph: StageGraph) -> tuple[StageLines, ...]:
    """The stages of a Dockerfile; one without a name is called as BuildKit shows it, `stage-0`."""
    return tuple(
        StageLines(stage.label, stage.origin.kind is OriginKind.IMAGE, _lines(stage)) for stage in graph.stages
    )


def line_finder(plan: Plan, trees: dict[str, Dockerfile]) -> LinesOf:
    """A function of (target, stage, index) for a plan; `trees` maps a target's id to its parsed Dockerfile."""
    stages = {t.id: stages_of(_graph(trees[t.id], t)) for t in plan.targets if t.id in trees}

    def lines_of(target: str, stage: str, index: int) -> tuple[int, int] | None:
        own = stages.get(target)
        if own is None or index < 1:
            return None
        wanted = next((s for s in own if s.label == stage.lower()), own[0] if len(own) == 1 and not stage else None)
        if wanted is None:
            return None
        position = index - (2 if wanted.numbered_base else 1)
        return wanted.lines[position] if 0 <= position < len(wanted.lines) else None

    return lines_of


def _graph(tree: Dockerfile, target: Target) -> StageGraph:
    return read_stages(tree, inputs_of(target.args, target.contexts, target.stage))


def _lines(stage: Stage) -> tuple[tuple[int, int], ...]:
    run = (*stage.triggers, *stage.instructions)
    return tuple((found.start_line, found.end_line) for found in run if found.name in _NUMBERED)
