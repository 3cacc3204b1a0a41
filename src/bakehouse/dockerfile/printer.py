"""Tree to tokens and back to bytes: every byte of the file is in exactly one token.

Enter a `Dockerfile`; leave `Token`s that tile it, in order, and with `print_tree` the file's own bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from bakehouse.dockerfile.syntax import Directive, Dockerfile, Instruction, Span, Trivia, TriviaKind
from bakehouse.dockerfile.whitespace import skip_space


class TokenKind(StrEnum):
    """What a token is."""

    BOM = "bom"
    COMMENT = "comment"
    DIRECTIVE = "directive"
    SPACE = "space"
    NEWLINE = "newline"
    CONTINUATION = "continuation"  # the escape character up to and including the newline
    KEYWORD = "keyword"
    FLAG = "flag"
    WORD = "word"
    NAME = "name"  # of a pair
    VALUE = "value"  # of a pair
    PUNCTUATION = "punctuation"  # between words: brackets and commas of JSON, the = of a pair
    HEREDOC_BODY = "heredoc-body"
    HEREDOC_END = "heredoc-end"
    UNREAD = "unread"


class Token(NamedTuple):
    """Bytes `start:end` of the file."""

    kind: TokenKind
    start: int
    end: int


_TRIVIA = {
    TriviaKind.BOM: TokenKind.BOM,
    TriviaKind.BLANK: TokenKind.SPACE,
    TriviaKind.COMMENT: TokenKind.COMMENT,
    TriviaKind.UNREAD: TokenKind.UNREAD,
}


def print_tree(tree: Dockerfile) -> bytes:
    """The file's bytes, put together from its tokens."""
    return b"".join([tree.data[token.start : token.end] for token in tokens(tree)])


def tokens(tree: Dockerfile) -> Iterator[Token]:
    """All tokens of a tree in file order; a word that a continuation interrupts is several tokens."""
    for item in tree.items:
        if isinstance(item, Instruction):
            yield from _instruction(tree.data, item)
        elif item.span.end > item.span.start:
            yield from _line(tree.data, item)


def _line(data: bytes, item: Trivia | Directive) -> Iterator[Token]:
    kind = TokenKind.DIRECTIVE if isinstance(item, Directive) else _TRIVIA[item.kind]
    if kind in (TokenKind.BOM, TokenKind.UNREAD):
        yield Token(kind, *item.span)
        return
    start, end = item.span
    stop = _newline(data, start, end)
    text = skip_space(data, start, stop)
    yield from _filled(TokenKind.SPACE, start, text)
    yield from _filled(kind, text, stop)
    yield from _filled(TokenKind.NEWLINE, stop, end)


def _newline(data: bytes, start: int, end: int) -> int:
    while end > start and data[end - 1] in b"\r\n":
        end -= 1
    return end


def _filled(kind: TokenKind, start: int, end: int) -> Iterator[Token]:
    if end > start:
        yield Token(kind, start, end)


def _instruction(data: bytes, item: Instruction) -> Iterator[Token]:
    at = item.span.start
    marks = sorted(_marks(item), key=lambda mark: mark[1])
    index = 0
    header_end = item.heredocs[0].body.start if item.heredocs else item.span.end
    for number, piece in enumerate(item.pieces):
        yield from _filled(TokenKind.SPACE, at, piece.start)
        at = piece.start
        while index < len(marks) and marks[index][1].start < piece.end:
            kind, span = marks[index]
            start, end = max(span.start, piece.start), min(span.end, piece.end)
            yield from _between(data, at, start)
            yield from _filled(kind, start, end)
            at = max(at, end)
            if span.end > piece.end:
                break
            index += 1
        yield from _between(data, at, piece.end)
        last = number + 1 == len(item.pieces)
        at = header_end if last else item.pieces[number + 1].start
        yield from _gap(data, piece.end, at, last=last)
    for heredoc in item.heredocs:
        yield from _filled(TokenKind.HEREDOC_BODY, *heredoc.body)
        yield from _filled(TokenKind.HEREDOC_END, *heredoc.terminator)


def _marks(item: Instruction) -> list[tuple[TokenKind, Span]]:
    """The leaves of an instruction with their spans."""
    marks = [(TokenKind.KEYWORD, item.keyword.span)]
    marks += [(TokenKind.FLAG, flag.span) for flag in item.flags]
    marks += [(TokenKind.WORD, word.span) for word in item.words]
    for pair in item.pairs:
        marks.append((TokenKind.NAME, pair.key.span))
        if pair.value is not None:
            marks.append((TokenKind.VALUE, pair.value.span))
    if item.trigger is not None:
        marks += _marks(item.trigger)
    return [mark for mark in marks if mark[1].end > mark[1].start]


def _between(data: bytes, start: int, end: int) -> Iterator[Token]:
    """White space and punctuation between two leaves."""
    while start < end:
        text = min(skip_space(data, start, end), end)
        yield from _filled(TokenKind.SPACE, start, text)
        stop = text
        while stop < end and skip_space(data, stop, end) == stop:
            stop += 1
        yield from _filled(TokenKind.PUNCTUATION, text, stop)
        start = stop


def _gap(data: bytes, start: int, end: int, *, last: bool) -> Iterator[Token]:
    """What stands between two pieces of a logical line, or after its last one: newlines, comments, blanks."""
    first = True
    while start < end:
        newline = data.find(b"\n", start, end)
        stop = end if newline < 0 else newline + 1
        content = _newline(data, start, stop)
        text = skip_space(data, start, content)
        if first and content > start:
            yield Token(TokenKind.CONTINUATION, start, stop)
        elif first and (last or text == content):
            yield Token(TokenKind.NEWLINE, start, stop)
        elif text < content and data[text] == ord("#"):
            yield from _filled(TokenKind.SPACE, start, text)
            yield Token(TokenKind.COMMENT, text, content)
            yield from _filled(TokenKind.NEWLINE, content, stop)
        elif text == content:
            yield Token(TokenKind.SPACE, start, stop)
        else:
            yield Token(TokenKind.CONTINUATION, start, stop)  # a line that is only the escape character
        first = False
        start = stop
