"""Physical lines to logical lines: directives, comments, blank lines and continuations.

Enter the bytes of a file; leave, one at a time, trivia, directives, and `LogicalLine`s that know for each
of their bytes where in the file it stands.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from bakehouse.dockerfile.syntax import Directive, Piece, Span, Trivia, TriviaKind
from bakehouse.dockerfile.whitespace import skip_space

BOM = b"\xef\xbb\xbf"
MAX_LINE = 65535  # BuildKit scans lines with Go's bufio.MaxScanTokenSize: longer ones it refuses
_DIRECTIVE = re.compile(rb"([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*")
_DIRECTIVE_NAMES = frozenset({"syntax", "escape", "check"})


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """An instruction's text with continuations joined. `end` is the end of its last physical line."""

    data: bytes
    pieces: tuple[Piece, ...]
    start: int
    end: int
    start_line: int
    end_line: int

    def source(self, offset: int) -> int:
        """Where in the file the byte at `offset` of this line stands."""
        index = bisect_right(self.pieces, offset, key=_piece_offset) - 1
        piece = self.pieces[max(index, 0)]
        return piece.start + offset - piece.offset

    def span(self, start: int, end: int) -> Span:
        """The file's span for `start:end` of this line (continuations inside it included)."""
        if len(self.pieces) == 1:
            shift = self.pieces[0].start
            return Span(start + shift, end + shift)
        first = self.source(start)
        return Span(first, self.source(end - 1) + 1 if end > start else first)


def _piece_offset(piece: Piece) -> int:
    return piece.offset


def line_starts(data: bytes) -> Sequence[int]:
    """The byte offset at which each line starts; a final newline starts no further line."""
    starts = array("q", [0])
    find = data.find
    at = find(b"\n")
    while at >= 0:
        starts.append(at + 1)
        at = find(b"\n", at + 1)
    if len(starts) > 1 and starts[-1] == len(data):
        starts.pop()
    return starts


class LineReader:
    """Walks the physical lines of a file. The parser asks for the next item and, inside one, for more lines."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.starts: Sequence[int] = line_starts(data)
        self.index = 0  # of the next physical line
        self.escape = b"\\"
        self.too_long: list[int] = []  # 1-based numbers of lines over MAX_LINE
        self._directives_over = False
        self._seen: set[str] = set()
        self.repeated: list[Directive] = []
        self.bom = data.startswith(BOM)

    @property
    def done(self) -> bool:
        """Whether all lines are read."""
        return self.index >= len(self.starts) or not self.data

    def next_line(self) -> tuple[int, int, int]:
        """Read one physical line: its start, the end of its content, and its end with the newline."""
        start = self.starts[self.index]
        self.index += 1
        end = self.starts[self.index] if self.index < len(self.starts) else len(self.data)
        stop = end
        while stop > start and self.data[stop - 1] in b"\r\n":
            stop -= 1
        if end - start > MAX_LINE and len(self.data[start:end].rstrip(b"\n")) > MAX_LINE:
            self.too_long.append(self.index)
        return start, stop, end

    def next_item(self) -> Trivia | Directive | LogicalLine:
        """The next comment, blank line, directive or logical line; call only while not `done`."""
        start, stop, end = self.next_line()
        line = self.index
        if line == 1 and self.bom:
            start += len(BOM)
            stop = max(stop, start)
        first = skip_space(self.data, start, stop)
        directive = self._directive(start, first, stop, end)
        if directive is not None:
            return directive
        if first == stop:
            return Trivia(TriviaKind.BLANK, Span(start, end), line)
        if self.data[first] == ord("#"):
            text = self.data[first + 1 : stop].decode("utf-8", "surrogateescape").strip()
            return Trivia(TriviaKind.COMMENT, Span(start, end), line, text)
        return self._logical(start, first, stop, end)

    def _directive(self, start: int, first: int, stop: int, end: int) -> Directive | None:
        if self._directives_over:
            return None
        self._directives_over = True
        if first == stop or self.data[first] != ord("#"):
            return None
        match = _DIRECTIVE.match(self.data, skip_space(self.data, first + 1, stop), stop)
        if match is None:
            return None
        low, high = match.end(), stop
        while high > low and self.data[high - 1] in b"\t\n\f\r ":
            high -= 1
        if low == high:  # nothing but white space: BuildKit's expression takes the last of it as the value
            low, high = stop - 1, stop
            if self.data[low] == ord("="):
                return None
        name = match[1].decode("ascii").lower()
        if name not in _DIRECTIVE_NAMES:
            return None
        self._directives_over = False
        value = self.data[low:high].decode("utf-8", "surrogateescape")
        found = Directive(name, value, Span(start, end), Span(*match.span(1)), Span(low, high), self.index)
        if name in self._seen:
            self.repeated.append(found)
        elif name == "escape" and value in ("\\", "`"):
            self.escape = value.encode("ascii")
        self._seen.add(name)
        return found

    def _continues(self, start: int, stop: int) -> int | None:
        """The offset of the escape character that continues the line, or None."""
        at = stop
        data = self.data
        while at > start and data[at - 1] in b" \t":
            at -= 1
        mark = self.escape[0]
        if at == start or data[at - 1] != mark or (at - 1 > start and data[at - 2] == mark):
            return None
        return at - 1

    def _logical(self, start: int, first: int, stop: int, end: int) -> LogicalLine:
        data, start_line = self.data, self.index
        pieces: list[Piece] = []
        length = 0
        low = first
        cut = self._continues(low, stop)
        while True:
            high = stop if cut is None else cut
            if high > low:
                pieces.append(Piece(length, low, high))
                length += high - low
            if cut is None:
                break
            # Lines that are only a comment or white space do not end a continuation.
            while not self.done:
                low, stop, end = self.next_line()
                text = skip_space(data, low, stop)
                if text < stop and data[text] != ord("#"):
                    break
            else:
                break
            cut = self._continues(low, stop)
        if not pieces:
            pieces.append(Piece(0, first, first))
        joined = b"".join([data[p.start : p.end] for p in pieces])
        return LogicalLine(joined, tuple(pieces), start, end, start_line, self.index)
