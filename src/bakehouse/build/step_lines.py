"""Which lines of a Dockerfile a BuildKit step came from: `[stage i/n]` back to the instruction.

BuildKit numbers, within a stage, the FROM of an outside image and then every RUN, COPY, ADD and WORKDIR
(buildkit, frontend/dockerfile/dockerfile2llb: cmdTotal and prefixCommand). The FROM takes its number only
where the image is pulled under its own name: replaced by a named context it is counted in n, but the first
instruction gets number 1 (measured with BuildKit 0.13).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bakehouse.dockerfile.syntax import Dockerfile, Instruction
from bakehouse.model.plan import Plan

_NUMBERED = frozenset({"RUN", "COPY", "ADD", "WORKDIR"})

LinesOf = Callable[[str, str, int], tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class StageLines:
    """One stage: what it starts from, and the line ranges of its numbered instructions in order."""

    name: str
    base: str
    lines: tuple[tuple[int, int], ...]


def stages_of(tree: Dockerfile) -> tuple[StageLines, ...]:
    """The stages of a Dockerfile; one without a name is called as BuildKit shows it, `stage-0`."""
    stages: list[StageLines] = []
    found: list[tuple[int, int]] = []
    head: Instruction | None = None
    for instruction in (*tree.instructions, None):
        if instruction is None or instruction.name == "FROM":
            if head is not None:
                stages.append(StageLines(_name(head, len(stages)), _base(head), tuple(found)))
            head, found = instruction, []
        elif instruction.name in _NUMBERED:
            found.append((instruction.start_line, instruction.end_line))
    return tuple(stages)


def line_finder(plan: Plan, trees: dict[str, Dockerfile]) -> LinesOf:
    """A function of (target, stage, index) for a plan; `trees` maps a target's id to its parsed Dockerfile."""
    stages = {name: stages_of(tree) for name, tree in trees.items()}

    def lines_of(target: str, stage: str, index: int) -> tuple[int, int] | None:
        planned = plan.target(target)
        if planned is None or target not in stages or index < 1:
            return None
        own = stages[target]
        wanted = next((s for s in own if s.name == stage.lower()), own[0] if len(own) == 1 and not stage else None)
        if wanted is None:
            return None
        local = {s.name for s in own} | {"scratch"}
        numbered_base = wanted.base.lower() not in local and wanted.base not in planned.contexts
        position = index - (2 if numbered_base else 1)
        return wanted.lines[position] if 0 <= position < len(wanted.lines) else None

    return lines_of


def _name(head: Instruction, position: int) -> str:
    words = head.arguments
    named = len(words) >= 3 and words[1].upper() == "AS"
    return words[2].lower() if named else f"stage-{position}"


def _base(head: Instruction) -> str:
    return head.arguments[0] if head.arguments else ""
