"""Edits of whole instructions: take one out, move some, with the comment lines that belong to them.

Enter a tree and instructions; leave `Edit`s. A comment belongs to the instruction that it stands directly
above, without a blank line between.
"""

from __future__ import annotations

from collections.abc import Sequence

from bakehouse.dockerfile.edits import delete, insert, insert_line_after, insert_line_before
from bakehouse.dockerfile.syntax import Dockerfile, Instruction, Span, Trivia, TriviaKind
from bakehouse.model.edit import Edit


def block(tree: Dockerfile, instruction: Instruction) -> Span:
    """The lines of an instruction together with the comment lines above it."""
    start = instruction.span.start
    at = next(number for number, item in enumerate(tree.items) if item is instruction)
    for item in reversed(tree.items[:at]):
        if not isinstance(item, Trivia) or item.kind is not TriviaKind.COMMENT:
            break
        start = item.span.start
    return Span(start, instruction.span.end)


def add_flag(instruction: Instruction, flag: str) -> Edit:
    """Put a flag such as `--chown=...` right after the keyword, behind the flags that are there."""
    end = instruction.flags[-1].span.end if instruction.flags else instruction.keyword.span.end
    return insert(end, f" {flag}")


def move_after(tree: Dockerfile, instructions: Sequence[Instruction], target: Instruction) -> list[Edit]:
    """Move instructions, in their order, to the lines after `target`."""
    blocks = [block(tree, instruction) for instruction in instructions]
    return [*(delete(found) for found in blocks), insert_line_after(tree, target.span, _joined(tree, blocks))]


def move_before(tree: Dockerfile, instructions: Sequence[Instruction], target: Instruction) -> list[Edit]:
    """Move instructions, in their order, to the lines before `target` and its comments."""
    blocks = [block(tree, instruction) for instruction in instructions]
    return [*(delete(found) for found in blocks), insert_line_before(tree, block(tree, target), _joined(tree, blocks))]


def _joined(tree: Dockerfile, blocks: Sequence[Span]) -> bytes:
    """The lines of all blocks, without the last newline."""
    parts = [tree.data[span.start : span.end] for span in blocks]
    whole = b"".join(part if part.endswith(b"\n") else part + b"\n" for part in parts)
    return whole.removesuffix(b"\n").removesuffix(b"\r")
