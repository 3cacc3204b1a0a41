"""Bytes to tree: the one entry is `parse`.

Enter the bytes of a Dockerfile; leave a `Dockerfile` whose items are the whole file and whose `errors` say
why BuildKit would refuse it. An error costs one instruction, not the tree. Time is linear in the bytes.
"""

from __future__ import annotations

from dataclasses import replace

from bakehouse.dockerfile import verdict
from bakehouse.dockerfile.arguments import Arguments, GrammarError, read_arguments
from bakehouse.dockerfile.heredocs import Opening, find_openings
from bakehouse.dockerfile.lexer import LexError
from bakehouse.dockerfile.lines import BOM, MAX_LINE, LineReader, LogicalLine
from bakehouse.dockerfile.syntax import (
    Directive,
    Dockerfile,
    Flag,
    Form,
    Heredoc,
    Instruction,
    Item,
    Problem,
    Span,
    Trivia,
    TriviaKind,
)
from bakehouse.dockerfile.words import Region, take_flags, trimmed

MAX_LINES = 500_000
"""Lines we read; BuildKit has no such limit, but a tree must stay in bounds."""
MAX_PROBLEMS = 100
"""Problems we keep of one file."""

_KEYWORD_END = b"\t\v\f\r "


def parse(data: bytes, filename: str = "Dockerfile") -> Dockerfile:
    """The tree of a Dockerfile. Never raises for what the bytes hold; see `Dockerfile.errors`."""
    return _Parser(data, filename).run()


class _Parser:
    def __init__(self, data: bytes, filename: str) -> None:
        self.data = data
        self.filename = filename
        self.reader = LineReader(data)
        self.items: list[Item] = []
        self.problems: list[Problem] = []
        self.refused = 0

    def run(self) -> Dockerfile:
        if self.reader.bom:
            self.items.append(Trivia(TriviaKind.BOM, Span(0, len(BOM)), 1))
        if len(self.reader.starts) > MAX_LINES:
            self._give_up()
        else:
            while not self.reader.done:
                item = self.reader.next_item()
                self.items.append(self._instruction(item) if isinstance(item, LogicalLine) else item)
        instructions = tuple(item for item in self.items if isinstance(item, Instruction))
        directives = tuple(item for item in self.items if isinstance(item, Directive))
        self._check_file(instructions, directives)
        self.problems.sort(key=lambda problem: problem.span)
        return Dockerfile(
            filename=self.filename,
            data=self.data,
            items=tuple(self.items),
            instructions=instructions,
            directives=directives,
            escape=self.reader.escape.decode("ascii"),
            errors=tuple(self.problems[:MAX_PROBLEMS]),
            line_starts=self.reader.starts,
        )

    def _give_up(self) -> None:
        lines = len(self.reader.starts)
        start = len(BOM) if self.reader.bom else 0
        whole = Span(start, len(self.data))
        self.items.append(Trivia(TriviaKind.UNREAD, whole, 1))
        self._refuse(f"the file has {lines} lines; at most {MAX_LINES} are read", whole, "a shorter file")

    def _refuse(self, message: str, span: Span, expected: str | None = None) -> None:
        self.refused += 1
        if len(self.problems) < MAX_PROBLEMS * 2:
            tree = Dockerfile("", b"", (), (), (), "\\", (), self.reader.starts)
            line, column = tree.position(span.start)
            self.problems.append(Problem(message, span, line, column, expected))

    def _check_file(self, instructions: tuple[Instruction, ...], directives: tuple[Directive, ...]) -> None:
        for directive in self.reader.repeated:
            message = f"only one {directive.name} parser directive can be used"
            self._refuse(message, directive.name_span, "each directive once")
        for directive in directives:
            if directive.name == "escape" and directive.value not in ("\\", "`"):
                message = f"invalid escape token '{directive.value}' does not match ` or \\"
                self._refuse(message, directive.value_span, "` or \\")
        for line in self.reader.too_long:
            start = self.reader.starts[line - 1]
            message = f"dockerfile line greater than max allowed size of {MAX_LINE}"
            self._refuse(message, Span(start, start), f"a line of at most {MAX_LINE} bytes")
        if self.refused:
            return
        first = next((i for i in instructions if i.name != "ARG"), None)
        if first is not None and first.name != "FROM":
            self._refuse("no build stage in current context", first.keyword.span, "FROM before any other instruction")
        elif first is None:
            message = "file with no instructions" if not instructions else "dockerfile contains no stages to build"
            message = message if self.data else "the Dockerfile cannot be empty"
            end = max(len(self.data) - 1, 0)
            self._refuse(message, Span(end, len(self.data)), "FROM")

    def _instruction(self, line: LogicalLine) -> Instruction:
        head = self._head(line, 0, len(line.data), line.start_line)
        heredocs: tuple[Heredoc, ...] = ()
        instruction = head
        inner = head.trigger if head.name == "ONBUILD" and head.trigger else head
        if inner.name in ("ADD", "COPY", "RUN") and inner.form is not Form.JSON and b"<<" in line.data:
            heredocs = self._heredocs(line, head)
        if heredocs:
            instruction = _with_bodies(head, heredocs, heredocs[-1].terminator.end, self.reader.index)
        if instruction.form is not Form.UNREADABLE or instruction.name not in verdict.KEYWORDS:
            refusal = verdict.check(instruction)
            if refusal is not None:
                self._refuse(*refusal)
        return instruction

    def _head(self, line: LogicalLine, start: int, end: int, start_line: int, depth: int = 0) -> Instruction:
        """The instruction of `start:end` of a logical line, without here-documents."""
        data = line.data
        whole = trimmed(line, start, end)
        first, stop = whole.start, whole.end
        at = first
        while at < stop and data[at] not in _KEYWORD_END:
            at += 1
        keyword = Region(line, first, at).whole()
        name = _fold(keyword.text)
        flags: tuple[Flag, ...] = ()
        while at < stop and data[at] in _KEYWORD_END:
            at += 1
        escape = self.reader.escape.decode("ascii")
        flags, at = take_flags(line, at, stop, escape)
        rest = trimmed(line, at, stop)
        trigger = None
        if name == "ONBUILD" and rest and not depth:  # a chained ONBUILD is refused, so it need not be read
            trigger = self._head(line, rest.start, rest.end, start_line, depth + 1)
            arguments = Arguments(Form.TRIGGER)
        else:
            arguments = self._arguments(name, rest, escape)
        return Instruction(
            name=name,
            keyword=keyword,
            flags=flags,
            form=arguments.form,
            words=arguments.words,
            pairs=arguments.pairs,
            trigger=trigger,
            heredocs=(),
            span=Span(line.start, line.end) if depth == 0 else line.span(first, stop),
            code=line.span(first, stop),
            start_line=start_line,
            end_line=line.end_line,
            original=data[start:end].decode("utf-8", "surrogateescape"),
            pieces=line.pieces,
        )

    def _arguments(self, name: str, rest: Region, escape: str) -> Arguments:
        try:
            return read_arguments(name, rest, escape)
        except GrammarError as error:
            self._refuse(str(error), error.span, error.expected)
            return Arguments(Form.UNREADABLE, (rest.whole(),))

    def _heredocs(self, line: LogicalLine, head: Instruction) -> tuple[Heredoc, ...]:
        try:
            text = line.data.decode("utf-8", "surrogateescape")
            openings = find_openings(text)
        except LexError as error:
            self._refuse(f"heredoc: {error}", head.code, "a name after <<")
            return ()
        region = Region(line, 0, len(line.data))
        found: list[Heredoc] = []
        for opening in openings:
            word = region.span(opening.start, opening.end)
            heredoc, terminated = self._body(opening, word)
            found.append(heredoc)
            if not terminated:
                shown = ("<tabs>" if opening.strip_tabs else "") + opening.name
                self._refuse("unterminated heredoc", word, f"a line with only {shown} before the end of the file")
        return tuple(found)

    def _body(self, opening: Opening, word: Span) -> tuple[Heredoc, bool]:
        reader, data = self.reader, self.data
        name = opening.name.encode("utf-8", "surrogateescape")
        line = reader.index + 1
        start = reader.starts[reader.index] if not reader.done else len(data)
        body_end = end = start
        terminated = False
        while not reader.done:
            begin, stop, end = reader.next_line()
            text = data[begin:stop]
            if (text.lstrip(b"\t") if opening.strip_tabs else text) == name:
                terminated = True
                break
            body_end = end
        body, terminator = Span(start, body_end), Span(body_end, end)
        content = data[start:body_end].decode("utf-8", "surrogateescape")
        heredoc = Heredoc(
            opening.name, opening.expand, opening.strip_tabs, opening.descriptor, content, word, body, terminator, line
        )
        return heredoc, terminated


def _with_bodies(head: Instruction, heredocs: tuple[Heredoc, ...], end: int, end_line: int) -> Instruction:
    """The instruction with its here-documents, which also make it longer; a trigger gets them too."""
    trigger = replace(head.trigger, heredocs=heredocs, end_line=end_line) if head.trigger else None
    span = Span(head.span.start, end)
    return replace(head, heredocs=heredocs, span=span, end_line=end_line, trigger=trigger)


def _fold(keyword: str) -> str:
    """The upper-case name, folded one to one as Go does (so that the Kelvin sign is a K)."""
    if keyword.isascii():
        return keyword.upper()
    return keyword.replace("İ", "i").replace("\u212a", "k").upper()
