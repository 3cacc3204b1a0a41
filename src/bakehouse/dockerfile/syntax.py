"""The syntax tree of a Dockerfile: what `parser.parse` leaves and every reader of Dockerfiles takes.

Offsets are byte offsets into `Dockerfile.data`, spans are half-open, lines and columns are 1-based and
columns count bytes. The items of a tree, in order and each over its `span`, are the whole file.
Text is decoded as UTF-8; bytes that are not UTF-8 stay recoverable (`surrogateescape`), except where
BuildKit itself replaces them (words of ARG, ENV and LABEL).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from bakehouse.dockerfile.frontend import detect_frontend
from bakehouse.errors import DockerfileError


class Span(NamedTuple):
    """Bytes `start` up to, not including, `end`."""

    start: int
    end: int


class Position(NamedTuple):
    """A place for people: 1-based line, 1-based column in bytes."""

    line: int
    column: int


class Piece(NamedTuple):
    """One physical part of a logical line: `offset` in the joined line, bytes `start:end` in the file."""

    offset: int
    start: int
    end: int


class TriviaKind(StrEnum):
    """What a line that is no instruction is."""

    BOM = "bom"
    BLANK = "blank"
    COMMENT = "comment"
    UNREAD = "unread"  # what lies beyond our limits


class Form(StrEnum):
    """How the arguments of an instruction are written, which is also how to read `Instruction.words`."""

    NONE = "none"  # no arguments
    SHELL = "shell"  # one word: the rest of the line, for a shell (RUN, CMD, ENTRYPOINT, HEALTHCHECK CMD)
    JSON = "json"  # a JSON array of strings, decoded
    WORDS = "words"  # words between white space, quotes kept (FROM, EXPOSE, COPY, ADD, VOLUME)
    TEXT = "text"  # one word: the rest of the line as it is (USER, WORKDIR, STOPSIGNAL, MAINTAINER)
    PAIRS = "pairs"  # name=value ... (ENV, LABEL, ARG); see Instruction.pairs
    LEGACY = "legacy"  # `ENV name value`: one pair whose separator is white space
    TRIGGER = "trigger"  # ONBUILD; see Instruction.trigger
    UNREADABLE = "unreadable"  # refused, or of an unknown instruction: one word with everything


@dataclass(frozen=True, slots=True)
class Trivia:
    """A byte order mark, a blank line or a comment line. `text` is a comment without `#` and outer space."""

    kind: TriviaKind
    span: Span
    line: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Directive:
    """`# syntax=...`, `# escape=...` or `# check=...`; `name` in lower case."""

    name: str
    value: str
    span: Span
    name_span: Span
    value_span: Span
    line: int


@dataclass(frozen=True, slots=True)
class Word:
    """One argument as BuildKit reads it before expansion, and the bytes it was written with."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Flag:
    """`--name` or `--name=value` before the arguments; `value` is without quotes and escapes."""

    name: str
    value: str | None
    span: Span
    name_span: Span
    value_span: Span | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and its value; `value` is None for `ARG name`. Quotes are kept, nothing is expanded."""

    key: Word
    value: Word | None
    span: Span


@dataclass(frozen=True, slots=True)
class Heredoc:
    """One here-document.

    `word_span` is the `<<EOF` on the instruction's line, `content` the body as written (leading tabs too,
    which `strip_tabs` says to drop), `body` its bytes, `terminator` the line that ends it (empty where the
    file ends first). `expand` is False for a quoted name.
    """

    name: str
    expand: bool
    strip_tabs: bool
    descriptor: int
    content: str
    word_span: Span
    body: Span
    terminator: Span
    line: int

    @property
    def text(self) -> str:
        """The content that reaches the build: leading tabs gone where `<<-` asks for it."""
        if not self.strip_tabs:
            return self.content
        return "".join(line.lstrip("\t") for line in self.content.splitlines(keepends=True))


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction with everything that belongs to it.

    `name` is in upper case, `keyword` as written. `words` are the arguments (how to read them: `form`),
    `pairs` those of ENV, LABEL and ARG. `span` covers whole lines, here-documents and the last newline
    included; `code` runs from the keyword to the last byte of the last argument. `start_line` and
    `end_line` are BuildKit's. `original` is the logical line: continuations joined, comments out.
    """

    name: str
    keyword: Word
    flags: tuple[Flag, ...]
    form: Form
    words: tuple[Word, ...]
    pairs: tuple[Pair, ...]
    trigger: Instruction | None
    heredocs: tuple[Heredoc, ...]
    span: Span
    code: Span
    start_line: int
    end_line: int
    original: str
    pieces: tuple[Piece, ...] = field(repr=False)

    @property
    def is_json(self) -> bool:
        """Whether the arguments are a JSON array (the exec form)."""
        return self.form is Form.JSON

    @property
    def arguments(self) -> tuple[str, ...]:
        """The texts of `words`."""
        return tuple(word.text for word in self.words)

    def flag(self, name: str) -> str | None:
        """The value of the first flag of that name; "" for one without a value; None where it is absent."""
        for flag in self.flags:
            if flag.name == name:
                return flag.value or ""
        return None

    def is_on(self, name: str) -> bool:
        """Whether a flag such as --link or --parents is given and not false."""
        return any(flag.name == name and (flag.value or "true").lower() == "true" for flag in self.flags)

    def flag_values(self, name: str) -> tuple[str, ...]:
        """The values of all flags of that name, in order."""
        return tuple(flag.value or "" for flag in self.flags if flag.name == name)


Item = Trivia | Directive | Instruction


@dataclass(frozen=True, slots=True)
class Problem:
    """Why BuildKit refuses the file: what, where, and what would have been right there."""

    message: str
    span: Span
    line: int
    column: int
    expected: str | None = None

    def __str__(self) -> str:
        tail = f" (expected {self.expected})" if self.expected else ""
        return f"{self.line}:{self.column}: {self.message}{tail}"


class DockerfileSyntaxError(DockerfileError):
    """A Dockerfile that BuildKit's parser refuses; `problems` has all that were found, in file order."""

    def __init__(self, filename: str, problems: Sequence[Problem]) -> None:
        first = problems[0]
        more = len(problems) - 1
        tail = f" ({more} more {'problem' if more == 1 else 'problems'} below)" if more else ""
        hint = f"expected {first.expected}" if first.expected else None
        super().__init__(first.message + tail, path=filename, line=first.line, hint=hint, slug="dockerfile-syntax")
        self.column = first.column
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A parsed file. `errors` is empty exactly where BuildKit's parser and instruction layer accept it.

    `escape` is the escape character; `line_starts` the byte offset of each line.
    """

    filename: str
    data: bytes = field(repr=False)
    items: tuple[Item, ...]
    instructions: tuple[Instruction, ...] = field(repr=False)
    directives: tuple[Directive, ...] = field(repr=False)
    escape: str
    errors: tuple[Problem, ...]
    line_starts: Sequence[int] = field(repr=False, compare=False)

    def position(self, offset: int) -> Position:
        """Line and column of a byte offset."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def text(self, span: Span) -> str:
        """The text of a span, as it is written in the file."""
        return self.data[span.start : span.end].decode("utf-8", "surrogateescape")

    def directive(self, name: str) -> Directive | None:
        """The parser directive of that name (syntax, escape, check)."""
        return next((d for d in self.directives if d.name == name), None)

    @property
    def frontend(self) -> str | None:
        """The image that `# syntax=` names, without its arguments; None where the built-in frontend is used."""
        return detect_frontend(self.data)

    @property
    def trivia(self) -> tuple[Trivia, ...]:
        """Blank lines and comments between instructions (those inside continuations are tokens)."""
        return tuple(item for item in self.items if isinstance(item, Trivia))

    def require_valid(self) -> Dockerfile:
        """This tree, or DockerfileSyntaxError with all problems."""
        if self.errors:
            raise DockerfileSyntaxError(self.filename, self.errors)
        return self
