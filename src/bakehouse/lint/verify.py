"""Did a fix do what it meant to, and nothing else? Asked of the parser after every fix.

Enter the tree before, the edits, and the tree after; leave None, or the reason to take the fix back. What is
expected is worked out on logical lines (continuations joined, comments out), independently of how the bytes
around an edit are laid out: a clause that ends up in a comment, a lost backslash, a swallowed line or a
here-document that no longer ends all show as a difference.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from bakehouse.dockerfile.edits import in_order
from bakehouse.dockerfile.parser import parse
from bakehouse.dockerfile.shell import read_script
from bakehouse.dockerfile.syntax import Dockerfile, Instruction, Span
from bakehouse.model.edit import Edit

_SPACE = re.compile(rb"\s+")


class Shape(NamedTuple):
    """What an instruction says: the logical line with white space folded, and its here-documents."""

    line: bytes
    heredocs: tuple[bytes, ...]


class _DoubtfulEditError(Exception):
    """An edit whose meaning cannot be worked out; the reason is its text."""


def verify(before: Dockerfile, edits: Sequence[Edit], after: Dockerfile) -> str | None:
    """None where `after` is what `edits` mean on `before`, else the reason why not."""
    if len(after.errors) > len(before.errors):
        return f"the result is refused: {after.errors[0]}"
    try:
        least = [_trimmed(edit, before.data) for edit in in_order(edits, len(before.data))]
        wanted = list(_expected(before, least))
    except _DoubtfulEditError as doubt:
        return str(doubt)
    found = [shape(after, instruction) for instruction in after.instructions]
    if wanted != found:
        return _difference(wanted, found)
    return _broken_shell(before, after)


def _trimmed(edit: Edit, data: bytes) -> Edit:
    """An edit that leaves the old text before or behind the new one, as the insertion it is."""
    old, new = data[edit.start : edit.end], edit.text
    if old and new.endswith(old):
        return Edit(edit.start, edit.start, new.removesuffix(old))
    if old and new.startswith(old):
        return Edit(edit.end, edit.end, new.removeprefix(old))
    return edit


def shape(tree: Dockerfile, instruction: Instruction) -> Shape:
    """What an instruction of a tree says."""
    line = b"".join([tree.data[piece.start : piece.end] for piece in instruction.pieces])
    bodies = tuple(tree.data[h.body.start : h.body.end] for h in instruction.heredocs)
    return Shape(_folded(line), bodies)


def _folded(line: bytes) -> bytes:
    return _SPACE.sub(b" ", line).strip()


def _difference(wanted: Sequence[Shape], found: Sequence[Shape]) -> str:
    for number, (one, other) in enumerate(zip(wanted, found, strict=False), start=1):
        if one != other:
            return f"instruction {number} became {_shown(other)}, it should be {_shown(one)}"
    return f"there are {len(found)} instructions, there should be {len(wanted)}"


def _shown(found: Shape) -> str:
    text = found.line.decode("utf-8", "replace")
    return repr(text if len(text) <= 80 else text[:77] + "...")


def _content_end(instruction: Instruction) -> int:
    """Where what an instruction says ends: its code, or its last here-document."""
    return max(instruction.code.end, *(h.terminator.end for h in instruction.heredocs), 0)


def _expected(tree: Dockerfile, edits: Sequence[Edit]) -> Iterator[Shape]:
    """The shapes that the edits mean, in order."""
    pending = deque(edits)
    instructions = list(tree.instructions)
    at = 0
    while at < len(instructions):
        instruction = instructions[at]
        yield from _fragments(tree, _take(pending, partial(_is_before, instruction)))
        last, reach = at, 0
        mine: list[Edit] = []
        while True:  # an edit that runs on into the next instruction joins the two
            found = _take(pending, partial(_touches, tree, instructions[last]))
            mine += found
            reach = max(reach, *(edit.end for edit in found), 0)
            if last + 1 < len(instructions) and reach > instructions[last + 1].code.start:
                last += 1
                continue
            break
        yield from _changed(tree, instructions[at : last + 1], mine)
        at = last + 1
    yield from _fragments(tree, list(pending))


def _take(pending: deque[Edit], wanted: Callable[[Edit], bool]) -> list[Edit]:
    """Move the edits that are `wanted` from the front of `pending`."""
    taken = []
    while pending and wanted(pending[0]):
        taken.append(pending.popleft())
    return taken


def _is_before(instruction: Instruction, edit: Edit) -> bool:
    """Whether an edit lies before the instruction's keyword, or inserts whole lines there."""
    start = instruction.code.start
    if edit.end < start or (edit.end == start and edit.start < start):
        return True
    return edit.start == edit.end == start and edit.text.endswith(b"\n")


def _touches(tree: Dockerfile, instruction: Instruction, edit: Edit) -> bool:
    """Whether an edit changes what the instruction says, or goes on in its last line."""
    end = _content_end(instruction)
    if edit.start < end:
        return True
    goes_on = edit.start < instruction.span.end or tree.data[edit.start - 1 : edit.start] != b"\n"
    return edit.start == end and not edit.text.startswith((b"\n", b"\r\n")) and goes_on


def _fragments(tree: Dockerfile, edits: Sequence[Edit]) -> Iterator[Shape]:
    """The instructions that text between instructions brings in."""
    for edit in edits:
        head = b"# escape=`\n" if tree.escape == "`" else b""
        fragment = parse(head + edit.text)
        yield from (shape(fragment, instruction) for instruction in fragment.instructions)


def _changed(tree: Dockerfile, group: Sequence[Instruction], edits: Sequence[Edit]) -> Iterator[Shape]:
    """The shapes of one instruction, or of several that an edit joins, after their edits."""
    if not edits:
        yield shape(tree, group[0])
        return
    start, end = group[0].code.start, _content_end(group[-1])
    if len(edits) == 1 and edits[0].start <= start and edits[0].end >= end:
        yield from _fragments(tree, edits)
        return
    bodies = [heredoc.body for instruction in group for heredoc in instruction.heredocs]
    inside = [edit for edit in edits if any(b.start <= edit.start and edit.end <= b.end for b in bodies)]
    outside = [edit for edit in edits if edit not in inside]
    line = _line_after(tree, group, outside)
    heredocs = tuple(_body_after(tree, body, inside) for body in bodies)
    yield Shape(_folded(line), heredocs)


def _body_after(tree: Dockerfile, body: Span, edits: Sequence[Edit]) -> bytes:
    out, at = b"", body.start
    for edit in edits:
        if body.start <= edit.start and edit.end <= body.end:
            out += tree.data[at : edit.start] + edit.text
            at = edit.end
    return out + tree.data[at : body.end]


def _line_after(tree: Dockerfile, group: Sequence[Instruction], edits: Sequence[Edit]) -> bytes:
    """The logical line after edits of its pieces. Edits may take out gaps; text may only come where code is."""
    pieces = [piece for instruction in group for piece in instruction.pieces]
    escape = tree.escape.encode()
    out: list[bytes] = []
    queue = list(edits)
    skip_to = 0
    for piece in pieces:
        at = max(piece.start, skip_to)
        while queue and queue[0].start <= piece.end:
            edit = queue.pop(0)
            if edit.start < piece.start and edit.text and not _is_whole_lines(tree, edit):
                raise _DoubtfulEditError(f"text at byte {edit.start} would stand in a comment or behind a continuation")
            out += (tree.data[at : max(edit.start, at)], _logical(edit.text, escape))
            at = skip_to = max(edit.end, at)
        out.append(tree.data[at : piece.end] if at < piece.end else b"")
    if any(edit.text for edit in queue):
        raise _DoubtfulEditError(f"text at byte {queue[0].start} would stand behind the instruction")
    return b"".join(out)


def _is_whole_lines(tree: Dockerfile, edit: Edit) -> bool:
    """Whether an edit puts whole lines at the start of a line."""
    return edit.text.endswith(b"\n") and (edit.start == 0 or tree.data[edit.start - 1 : edit.start] == b"\n")


def _logical(text: bytes, escape: bytes) -> bytes:
    """Inserted text as it counts in the logical line. A newline without continuation stays, and differs."""
    return re.sub(re.escape(escape) + rb"[ \t]*\r?\n", b"", text)


def _broken_shell(before: Dockerfile, after: Dockerfile) -> str | None:
    """A RUN that the shell's grammar read whole before, and does not any more."""
    old = {shape(before, i) for i in before.instructions if i.name == "RUN"}
    new = [i for i in after.instructions if i.name == "RUN" and shape(after, i) not in old]
    if not new or any(not read_script(before, i).whole for i in before.instructions if i.name == "RUN"):
        return None
    for instruction in new:
        if not read_script(after, instruction).whole:
            return f"the shell no longer understands line {instruction.start_line}"
    return None
