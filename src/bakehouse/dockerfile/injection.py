"""Flags for every RUN and build arguments for every stage, put into a Dockerfile without touching its other bytes.

In: a parsed Dockerfile. Out: the altered bytes, and for each of their lines the line it came from, so that an
error the engine reports in the altered file can be shown in the user's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bakehouse.dockerfile.edits import delete_lines, insert, insert_line_after, map_lines
from bakehouse.dockerfile.platform_args import Values, platform_arg_edits
from bakehouse.dockerfile.syntax import Dockerfile, Instruction
from bakehouse.model.edit import Edit


@dataclass(frozen=True, slots=True)
class Injected:
    """`data` is the altered file; `line_map[i]` the 1-based line of the original that its line i+1 came from."""

    data: bytes
    line_map: tuple[int, ...]


def inject(
    tree: Dockerfile,
    *,
    run_flags: Sequence[str],
    stage_args: Mapping[str, str],
    drop_syntax: bool,
    platform_args: Values | None = None,
) -> Injected:
    """Add `run_flags` to every RUN, `stage_args` as one ARG line to every stage that runs something, and to each ARG of
    `platform_args` the default that picks its platform's value.

    Triggers of ONBUILD are left alone: they run in other builds. With `drop_syntax` the line `# syntax=` goes
    (as a comment it would end the parser directives before `# escape=`).
    """
    edits = [*_edits(tree, run_flags, stage_args), *platform_arg_edits(tree, platform_args or {})]
    syntax = tree.directive("syntax")
    if drop_syntax and syntax is not None:
        edits.append(delete_lines(tree, syntax.span))
    return Injected(*map_lines(tree, edits))


def _edits(tree: Dockerfile, run_flags: Sequence[str], stage_args: Mapping[str, str]) -> Iterator[Edit]:
    flags = "".join(f" {flag}" for flag in run_flags)
    arguments = " ".join(f"{name}={value}" for name, value in stage_args.items())
    for head, runs in _stages(tree):
        if runs and arguments:
            yield insert_line_after(tree, head.span, f"ARG {arguments}")
        if flags:
            yield from (insert(run.keyword.span.end, flags) for run in runs)


def _stages(tree: Dockerfile) -> list[tuple[Instruction, list[Instruction]]]:
    """Each FROM with the RUN instructions of its stage."""
    stages: list[tuple[Instruction, list[Instruction]]] = []
    for instruction in tree.instructions:
        if instruction.name == "FROM":
            stages.append((instruction, []))
        elif instruction.name == "RUN" and stages:
            stages[-1][1].append(instruction)
    return stages
