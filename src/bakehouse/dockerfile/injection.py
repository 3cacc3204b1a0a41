"""Flags for every RUN and build arguments for every stage, put into a Dockerfile without touching its other bytes.

In: a parsed Dockerfile. Out: the altered bytes, and for each of their lines the line it came from, so that an
error the engine reports in the altered file can be shown in the user's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bakehouse.dockerfile.syntax import Dockerfile, Instruction


@dataclass(frozen=True, slots=True)
class Injected:
    """`data` is the altered file; `line_map[i]` the 1-based line of the original that its line i+1 came from."""

    data: bytes
    line_map: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    """Replace the bytes `start:end` by `data`."""

    start: int
    end: int
    data: bytes


def inject(tree: Dockerfile, *, run_flags: Sequence[str], stage_args: Mapping[str, str], drop_syntax: bool) -> Injected:
    """Add `run_flags` to every RUN, `stage_args` as one ARG line to every stage that runs something.

    Triggers of ONBUILD are left alone: they run in other builds. With `drop_syntax` the line `# syntax=` goes
    (as a comment it would end the parser directives before `# escape=`).
    """
    changes = sorted(_changes(tree, run_flags, stage_args, drop_syntax), key=lambda c: c.start)
    out = bytearray()
    lines: list[int] = []
    position = 0
    for change in changes:
        _copy(tree, position, change.start, out, lines)
        out += change.data
        lines += [tree.position(change.start).line] * change.data.count(b"\n")
        position = change.end
    _copy(tree, position, len(tree.data), out, lines)
    if not out.endswith(b"\n"):
        lines.append(tree.position(max(0, len(tree.data) - 1)).line)
    return Injected(bytes(out), tuple(lines))


def _changes(
    tree: Dockerfile, run_flags: Sequence[str], stage_args: Mapping[str, str], drop_syntax: bool
) -> Iterator[_Change]:
    syntax = tree.directive("syntax")
    if drop_syntax and syntax is not None:
        start = tree.line_starts[syntax.line - 1]
        start = max(start, 3) if tree.data.startswith(b"\xef\xbb\xbf") and syntax.line == 1 else start
        yield _Change(start, _line_end(tree, syntax.line), b"")
    flags = "".join(f" {flag}" for flag in run_flags).encode()
    arguments = " ".join(f"{name}={value}" for name, value in stage_args.items())
    for head, runs in _stages(tree):
        if not runs:
            continue
        if arguments:
            newline = b"\r\n" if tree.data[: head.span.end].endswith(b"\r\n") else b"\n"
            yield _Change(head.span.end, head.span.end, f"ARG {arguments}".encode() + newline)
        if flags:
            for run in runs:
                end = run.keyword.span.end
                yield _Change(end, end, flags)


def _stages(tree: Dockerfile) -> list[tuple[Instruction, list[Instruction]]]:
    """Each FROM with the RUN instructions of its stage."""
    stages: list[tuple[Instruction, list[Instruction]]] = []
    for instruction in tree.instructions:
        if instruction.name == "FROM":
            stages.append((instruction, []))
        elif instruction.name == "RUN" and stages:
            stages[-1][1].append(instruction)
    return stages


def _line_end(tree: Dockerfile, line: int) -> int:
    return tree.line_starts[line] if line < len(tree.line_starts) else len(tree.data)


def _copy(tree: Dockerfile, start: int, end: int, out: bytearray, lines: list[int]) -> None:
    """Append the bytes `start:end` of the original and the lines whose newline is among them."""
    part = tree.data[start:end]
    first = tree.position(start).line
    out += part
    lines += range(first, first + part.count(b"\n"))
