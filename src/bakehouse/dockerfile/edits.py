"""Edits of spans: change a few bytes of a file and leave every other byte as it is.

Enter a file's bytes and `Edit`s with offsets into them, in any order; leave the new bytes. Edits that
overlap are refused, not merged. Line-wise edits take the newline of their neighbours (CRLF stays CRLF).
"""

from __future__ import annotations

from collections.abc import Iterable

from bakehouse.dockerfile.syntax import Dockerfile, Span
from bakehouse.model.edit import Edit


class EditConflictError(ValueError):
    """Two edits want the same bytes, or an edit lies outside the file."""


def replace(span: Span, text: str | bytes) -> Edit:
    """Put `text` in place of a span."""
    return Edit(span.start, span.end, _bytes(text))


def insert(offset: int, text: str | bytes) -> Edit:
    """Put `text` before the byte at `offset`."""
    return Edit(offset, offset, _bytes(text))


def delete(span: Span) -> Edit:
    """Take a span out."""
    return Edit(span.start, span.end)


def apply_edits(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes after all edits; insertions at one place keep their order. Raises EditConflictError."""
    out: list[bytes] = []
    at = 0
    for edit in in_order(edits, len(data)):
        out += (data[at : edit.start], edit.text)
        at = edit.end
    return b"".join([*out, data[at:]])


def in_order(edits: Iterable[Edit], size: int) -> list[Edit]:
    """The edits in file order, checked. Raises EditConflictError."""
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    at = 0
    for edit in ordered:
        if not at <= edit.start <= edit.end <= size:
            where = f"bytes {edit.start} to {edit.end}"
            reason = "overlap another edit" if at > edit.start else f"are not in a file of {size} bytes"
            raise EditConflictError(f"{where} {reason}")
        at = edit.end
    return ordered


def map_lines(tree: Dockerfile, edits: Iterable[Edit]) -> tuple[bytes, tuple[int, ...]]:
    """The bytes after all edits, and for each of their lines the 1-based line of the tree it came from."""
    out: list[bytes] = []
    lines: list[int] = []
    at = 0

    def copy(end: int) -> None:
        part = tree.data[at:end]
        first = tree.position(at).line
        out.append(part)
        lines.extend(range(first, first + part.count(b"\n")))

    for edit in in_order(edits, len(tree.data)):
        copy(edit.start)
        out.append(edit.text)
        lines += [tree.position(edit.start).line] * edit.text.count(b"\n")
        at = edit.end
    copy(len(tree.data))
    data = b"".join(out)
    if not data.endswith(b"\n"):
        lines.append(tree.position(max(0, len(tree.data) - 1)).line)
    return data, tuple(lines)


def newline_near(tree: Dockerfile, offset: int) -> bytes:
    """The newline that the line at `offset` has, else the one before it, else a plain line feed."""
    end = tree.data.find(b"\n", offset)
    if end < 0:
        end = tree.data.rfind(b"\n", 0, offset)
    return b"\r\n" if end > 0 and tree.data[end - 1 : end] == b"\r" else b"\n"


def insert_line_after(tree: Dockerfile, span: Span, text: str | bytes) -> Edit:
    """A new line after the last line of `span` (of an item, which ends with its newline if it has one)."""
    newline = newline_near(tree, max(span.end - 1, span.start))
    if span.end > 0 and tree.data[span.end - 1 : span.end] != b"\n":  # the file's last line, without newline
        return Edit(span.end, span.end, newline + _bytes(text))
    return Edit(span.end, span.end, _bytes(text) + newline)


def insert_line_before(tree: Dockerfile, span: Span, text: str | bytes) -> Edit:
    """A new line before the first line of `span`."""
    start = line_start(tree, span.start)
    return Edit(start, start, _bytes(text) + newline_near(tree, span.start))


def delete_lines(tree: Dockerfile, span: Span) -> Edit:
    """Take out the whole lines that `span` touches, newline included."""
    end = span.end
    if end == span.start or tree.data[end - 1 : end] != b"\n":
        newline = tree.data.find(b"\n", end)
        end = len(tree.data) if newline < 0 else newline + 1
    return Edit(line_start(tree, span.start), end)


def line_start(tree: Dockerfile, offset: int) -> int:
    """Where the line of `offset` starts; in the first line, after a byte order mark."""
    start = tree.data.rfind(b"\n", 0, offset) + 1
    return 3 if start == 0 and tree.data.startswith(b"\xef\xbb\xbf") and offset >= 3 else start


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
