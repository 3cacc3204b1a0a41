"""How the rest of an instruction's line becomes flags, words and pairs: BuildKit's line grammars.

Enter a `Region` (a stretch of a logical line); leave `Flag`s, `Word`s and `Pair`s with spans in the file.
Nothing is expanded and quotes stay, as in BuildKit; the lexer does that later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bakehouse.dockerfile.lines import LogicalLine
from bakehouse.dockerfile.syntax import Flag, Pair, Span, Word
from bakehouse.dockerfile.whitespace import ASCII_SPACE, UNICODE_SPACE, skip_space, trim_end

_PLAIN_FLAG = re.compile("""[^\t\n\v\f\r \x85\xa0'"\\\\`]+""")
_BYTE_SPACE = "\t\n\v\f\r \x85\xa0"
_BYTE_SPACE_BYTES = _BYTE_SPACE.encode("latin-1")
_LIST_WORD = re.compile(f"[^{ASCII_SPACE}]+")
_LIST_SPACE = re.compile(f"[{ASCII_SPACE}]+")
_SURROGATES = re.compile("[\ud800-\udfff]")


class Region:
    """Bytes `start:end` of a logical line as text, with the way back to spans of the file."""

    def __init__(self, line: LogicalLine, start: int, end: int) -> None:
        self.line = line
        self.start = start
        self.end = end
        data = line.data[start:end]
        self.text = data.decode("utf-8", "surrogateescape")
        self._offsets: list[int] | None = None
        self._ascii = len(self.text) == len(data)
        # The plain case, which is most of all lines: one step from character to byte of the file.
        self._shift = line.pieces[0].start + start if self._ascii and len(line.pieces) == 1 else None

    def offset(self, index: int) -> int:
        """The byte offset in the logical line of the character at `index`."""
        if self._ascii:
            return self.start + index
        if self._offsets is None:
            at, offsets = self.start, []
            for char in self.text:
                offsets.append(at)
                at += _width(char)
            offsets.append(at)
            self._offsets = offsets
        return self._offsets[index]

    def span(self, start: int, end: int) -> Span:
        """The span in the file of the characters `start:end`."""
        shift = self._shift
        if shift is not None:
            return Span(start + shift, end + shift)
        return self.line.span(self.offset(start), self.offset(end))

    def word(self, start: int, end: int) -> Word:
        """The characters `start:end` as a word."""
        return Word(self.text[start:end], self.span(start, end))

    def whole(self) -> Word:
        """Everything as one word."""
        return Word(self.text, self.line.span(self.start, self.end))

    def __bool__(self) -> bool:
        return self.end > self.start


def _width(char: str) -> int:
    code = ord(char)
    if code < 0x80 or 0xDC80 <= code <= 0xDCFF:
        return 1
    return 2 if code < 0x800 else 3 if code < 0x10000 else 4


def trimmed(line: LogicalLine, start: int, end: int) -> Region:
    """The region `start:end` without outer white space."""
    end = trim_end(line.data, start, end)
    return Region(line, skip_space(line.data, start, end), end)


def take_flags(line: LogicalLine, start: int, end: int, escape: str) -> tuple[tuple[Flag, ...], int]:
    """The flags at the head of `start:end` and the offset where the arguments begin.

    BuildKit reads flags byte by byte: a byte that is not ASCII becomes the Latin-1 character of its value.
    """
    data = line.data
    while start < end and data[start] in _BYTE_SPACE_BYTES:
        start += 1
    if not data.startswith(b"--", start, end):
        return (), start
    text = data[start:end].decode("latin-1")
    flags: list[Flag] = []
    at, size = 0, len(text)
    while True:
        while at < size and text[at] in _BYTE_SPACE:
            at += 1
        if not text.startswith("--", at):
            return tuple(flags), start + at
        begin = at
        plain = _PLAIN_FLAG.match(text, at)
        assert plain is not None
        at = plain.end()
        value = plain[0]
        if at < size and text[at] not in _BYTE_SPACE:
            value, at = _quoted_flag(text, begin, escape)
        if value == "--":  # ends the flags
            return tuple(flags), start + at
        flags.append(_flag(line, start, begin, at, value))
        if at >= size:
            return tuple(flags), end


def _quoted_flag(text: str, at: int, escape: str) -> tuple[str, int]:
    """A flag with quotes or escapes: its value and its end."""
    out: list[str] = []
    quote = ""
    size = len(text)
    while at < size:
        char = text[at]
        if quote:
            if char == quote:
                quote = ""
                at += 1
                continue
        elif char in _BYTE_SPACE:
            break
        elif char in "'\"":
            quote = char
            at += 1
            continue
        if char == escape:
            at += 1
            if at == size:
                break
            char = text[at]
        out.append(char)
        at += 1
    return "".join(out), at


def _flag(line: LogicalLine, base: int, begin: int, end: int, value: str) -> Flag:
    name, equals, rest = value.partition("=")
    sign = line.data.find(b"=", base + begin, base + end) if equals else -1
    name_end = sign if sign >= 0 else base + end
    return Flag(
        name=name[2:],
        value=rest if equals else None,
        span=line.span(base + begin, base + end),
        name_span=line.span(base + begin + 2, max(name_end, base + begin + 2)),
        value_span=line.span(sign + 1, base + end) if sign >= 0 else None,
    )


def list_words(region: Region) -> tuple[Word, ...]:
    """Words between ASCII white space, quotes without meaning (FROM, EXPOSE, COPY, ADD, VOLUME)."""
    return tuple(region.word(*match.span()) for match in _LIST_WORD.finditer(region.text))


@lru_cache(maxsize=2)
def _quoted_word(escape: str) -> re.Pattern[str]:
    mark = re.escape(escape)
    return re.compile(
        rf"""(?:[^{UNICODE_SPACE}'"{mark}]++|{mark}.|(?P<bare>{mark}\Z)|'[^']*+(?:'|\Z)"""
        rf"""|"(?:[^"{mark}]++|{mark}.)*+(?:"|(?P<quoted>{mark}\Z)|\Z))++""",
        re.DOTALL,
    )


def quoted_words(region: Region, escape: str) -> Iterator[tuple[str, int, int]]:
    """Words that quotes and escapes hold together (ARG, ENV, LABEL): text, first and last index.

    An escape character that ends the line is dropped; bytes that are not UTF-8 become U+FFFD.
    """
    for match in _quoted_word(escape).finditer(region.text):
        text = match[0]
        if match.start("bare") >= 0 or match.start("quoted") >= 0:
            text = text[:-1]
        if text:
            yield text if text.isascii() else _SURROGATES.sub("\ufffd", text), match.start(), match.end()


class PairError(ValueError):
    """A word that is no name=value; `start:end` are its characters in the region."""

    def __init__(self, message: str, expected: str, start: int, end: int) -> None:
        super().__init__(message)
        self.expected = expected
        self.start = start
        self.end = end


def name_values(region: Region, escape: str, instruction: str) -> tuple[tuple[Pair, ...], bool]:
    """The pairs of ENV or LABEL, and whether they use the legacy form `ENV name value`."""
    words = list(quoted_words(region, escape))
    if not words:
        return (), False
    if "=" not in words[0][0]:
        gap = _LIST_SPACE.search(region.text)
        if gap is None:
            raise PairError(f"{instruction} must have two arguments", "name=value", 0, len(region.text))
        key, value = region.word(0, gap.start()), region.word(gap.end(), len(region.text))
        return (Pair(key, value, region.whole().span),), True
    for text, start, end in words:
        if "=" not in text:
            shown = text if len(text) <= 60 else text[:57] + "..."
            message = f'Syntax error - can\'t find = in "{shown}". Must be of the form: name=value'
            raise PairError(message, "name=value", start, end)
    return tuple(split_pair(region, *word) for word in words), False


def split_pair(region: Region, text: str, start: int, end: int) -> Pair:
    """One `name=value` or `name` as a pair."""
    name, equals, value = text.partition("=")
    if not equals:
        whole = Word(text, region.span(start, end))
        return Pair(whole, None, whole.span)
    middle = region.text.index("=", start)
    key = Word(name, region.span(start, middle))
    return Pair(key, Word(value, region.span(middle + 1, end)), region.span(start, end))
