"""The shell text of a RUN as commands, each with its words and their bytes in the file.

Enter a tree and one of its RUN instructions; leave a `Script`. Tolerant: what the shell would refuse, and
what is no POSIX shell at all (PowerShell, a here-document with another interpreter), leaves fewer commands,
never an exception. The grammar is tree-sitter's for bash, loaded with this module: import it lazily.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import tree_sitter
import tree_sitter_bash

from bakehouse.dockerfile.state import DEFAULT_SHELL
from bakehouse.dockerfile.syntax import Dockerfile, Form, Instruction, Span, Word

SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "busybox"})
_OPERATORS = frozenset({"&&", "||", ";", "|", "|&", "&", "\n", ";;"})
_NESTING = frozenset(
    {
        "if_statement", "while_statement", "for_statement", "c_style_for_statement", "case_statement",
        "function_definition", "subshell", "command_substitution", "process_substitution",
    }
)  # fmt: skip
_PASS_REDIRECTS = frozenset({"list", "pipeline", "negated_command", "command"})
_SUBSTITUTION = re.compile(rb"[`(]")  # what any command inside a command begins with
_PLAIN = re.compile(rb"[\w./:@%+,-]+")  # a word that is worth what it says
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_ESCAPED_IN_QUOTES = re.compile(rb'\\([$`"\\\n])')
_INTERPRETER = re.compile(r"#!\s*(?:/usr/bin/env\s+)?(\S+)")


@dataclass(frozen=True, slots=True)
class ShellWord:
    """One word: as written, its bytes in the file, and its value where the shell need not run to know it."""

    raw: str
    span: Span
    text: str | None

    @property
    def static(self) -> str:
        """The value, or the word as written where the value is not known."""
        return self.raw if self.text is None else self.text


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command. `words` begin with its name; `assignments` are the `A=b` before it.

    `operator` is what stands before it (`&&`, `||`, `;`, `|`, a newline; "" for the first). `nested` is True
    inside if, loops, functions, subshells and substitutions. `redirects` are words such as `>/dev/null`.
    """

    words: tuple[ShellWord, ...]
    assignments: tuple[ShellWord, ...]
    redirects: tuple[ShellWord, ...]
    span: Span
    operator: str
    nested: bool

    @property
    def name(self) -> str:
        """The command's name without its directory; "" where it is not known or absent."""
        return (self.words[0].text or "").rpartition("/")[2] if self.words else ""


@dataclass(frozen=True, slots=True)
class Script:
    """The commands of one RUN in order. `understood` is False where there is text that is no POSIX shell, and
    `whole` is False where the grammar had to skip a part of it."""

    commands: tuple[Command, ...]
    understood: bool = True
    whole: bool = True


class _Part(NamedTuple):
    """`length` bytes of the script from `offset` on stand in the file from `start` on."""

    offset: int
    start: int
    length: int


class ScriptText:
    """A script's bytes and the way back to the file."""

    def __init__(self, tree: Dockerfile, parts: Sequence[Span]) -> None:
        self.parts: list[_Part] = []
        chunks: list[bytes] = []
        offset = 0
        for span in parts:
            chunks.append(tree.data[span.start : span.end])
            self.parts.append(_Part(offset, span.start, span.end - span.start))
            offset += span.end - span.start
        self.data = b"".join(chunks)
        self._offsets = [part.offset for part in self.parts]
        self._last = self.parts[0] if self.parts else _Part(0, 0, 0)

    def span(self, start: int, end: int) -> Span:
        """Where in the file the bytes `start:end` of the script stand."""
        part = self._last  # most words come one after the other
        if start < part.offset or start >= part.offset + part.length:
            part = self._last = self._part(start)
        shift = part.start - part.offset
        if end <= part.offset + part.length or end <= start:
            return Span(start + shift, max(start, end) + shift)
        last = self._part(end - 1)
        return Span(start + shift, end + last.start - last.offset)

    def _part(self, offset: int) -> _Part:
        return self.parts[max(bisect_right(self._offsets, offset) - 1, 0)]


def read_script(tree: Dockerfile, instruction: Instruction, shell: Sequence[str] = DEFAULT_SHELL) -> Script:
    """The commands of a RUN (or of the shell form of CMD, ENTRYPOINT and HEALTHCHECK CMD).

    `shell` is the one in force there (`State.effective_shell`).
    """
    instruction = instruction.trigger or instruction
    if instruction.is_json:
        return _exec_form(tree, instruction)
    if not instruction.words or instruction.form is not Form.SHELL:
        return Script(())
    if not _is_posix(shell[0] if shell else ""):
        return Script((), understood=False)
    body = _body_is_script(instruction)
    if body is None:
        return parse_shell(ScriptText(tree, _line_parts(instruction)))
    interpreter = _INTERPRETER.match(instruction.heredocs[0].text)
    if interpreter is not None and not _is_posix(interpreter[1]):
        return Script((), understood=False)
    return parse_shell(ScriptText(tree, [body]))


def script_text(tree: Dockerfile, instruction: Instruction, shell: Sequence[str] = DEFAULT_SHELL) -> ScriptText | None:
    """The text that a RUN in shell form hands to a POSIX shell; None where there is none, or another interpreter."""
    if instruction.is_json or not instruction.words or not _is_posix(shell[0] if shell else ""):
        return None
    body = _body_is_script(instruction)
    if body is None:
        return ScriptText(tree, _line_parts(instruction))
    interpreter = _INTERPRETER.match(instruction.heredocs[0].text)
    return None if interpreter is not None and not _is_posix(interpreter[1]) else ScriptText(tree, [body])


def _is_posix(shell: str) -> bool:
    return shell.rpartition("/")[2] in SHELLS


def _exec_form(tree: Dockerfile, instruction: Instruction) -> Script:
    words = instruction.words[1:] if instruction.name == "HEALTHCHECK" else instruction.words
    if not words:
        return Script(())
    texts = [word.text for word in words]
    if len(texts) == 3 and _is_posix(texts[0]) and texts[1].startswith("-") and texts[1].endswith("c"):
        inner = words[2]
        span = Span(inner.span.start + 1, inner.span.end - 1)
        if tree.text(span) == inner.text:  # no JSON escapes: the bytes of the file are the script
            return parse_shell(ScriptText(tree, [span]))
    found = tuple(ShellWord(tree.text(word.span), word.span, word.text) for word in words)
    span = Span(words[0].span.start, words[-1].span.end)
    return Script((Command(found, (), (), span, "", False),))


def _line_parts(instruction: Instruction) -> list[Span]:
    """The bytes of the command line, continuations out, and after it those of here-documents."""
    word: Word = instruction.words[-1]
    parts = [
        Span(max(piece.start, word.span.start), min(piece.end, word.span.end))
        for piece in instruction.pieces
        if piece.start < word.span.end and piece.end > word.span.start
    ]
    for number, heredoc in enumerate(instruction.heredocs):
        start = heredoc.body.start - 1 if number == 0 else heredoc.body.start  # with the newline before the first
        parts.append(Span(start, heredoc.terminator.end))
    return parts


def _body_is_script(instruction: Instruction) -> Span | None:
    """The body of `RUN <<EOF` or `RUN <<EOF bash -e`, which is itself the script; else None."""
    if len(instruction.heredocs) != 1:
        return None
    heredoc, word = instruction.heredocs[0], instruction.words[-1]
    if heredoc.word_span == word.span:
        return heredoc.body
    size = heredoc.word_span.end - heredoc.word_span.start
    if heredoc.word_span.start == word.span.start:
        rest = word.text[size:].split()
    elif heredoc.word_span.end == word.span.end:
        rest = word.text[:-size].split()
    else:
        return None
    only_shell = bool(rest) and _is_posix(rest[0]) and all(part[0] in "-+" for part in rest[1:])
    return heredoc.body if only_shell else None


@cache
def _grammar() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def parse_shell(text: ScriptText) -> Script:
    """The commands of a script whose bytes `text` knows."""
    root = _grammar().parse(text.data).root_node
    return Script(tuple(_commands(root, text)), whole=not root.has_error)


def _commands(root: tree_sitter.Node, text: ScriptText) -> Iterator[Command]:
    """All simple commands, outer before inner, without recursion: `a && b && ...` nests as deep as it is long."""
    stack: list[tuple[tree_sitter.Node, int, tuple[ShellWord, ...]]] = [(root, 0, ())]
    operator = ""
    while stack:
        node, nesting, redirects = stack.pop()
        kind = node.type
        if kind in _OPERATORS and not node.is_named:
            operator = kind
            continue
        if kind == "command":
            yield _command(node, text, redirects, operator, nesting > 0)
            operator = ""
            if _SUBSTITUTION.search(text.data, node.start_byte, node.end_byte) is None:
                continue
        if kind == "redirected_statement":
            redirects += tuple(_word(child, text) for child in _redirects(node))
        elif kind not in _PASS_REDIRECTS:
            redirects = ()
        nesting += kind in _NESTING
        # What is written after `a && b` belongs to b.
        children = node.children
        last = len(children) - 1
        stack += [
            (children[index], nesting, redirects if index == last or kind != "list" else ())
            for index in range(last, -1, -1)
        ]


def _redirects(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    for child in node.children:
        if child.type == "file_redirect":
            yield child
        elif child.type == "heredoc_redirect":
            yield from (inner for inner in child.children if inner.type == "file_redirect")


def _command(
    node: tree_sitter.Node, text: ScriptText, outer: tuple[ShellWord, ...], operator: str, nested: bool
) -> Command:
    words: list[ShellWord] = []
    assignments: list[ShellWord] = []
    redirects: list[ShellWord] = []
    for child in node.children:
        if child.type == "variable_assignment":
            assignments.append(_word(child, text))
        elif child.type in ("file_redirect", "herestring_redirect"):
            redirects.append(_word(child, text))
        elif child.is_named and child.type != "heredoc_redirect":
            words.append(_word(child, text))
    span = text.span(node.start_byte, node.end_byte)
    return Command(tuple(words), tuple(assignments), (*redirects, *outer), span, operator, nested)


def _word(node: tree_sitter.Node, text: ScriptText) -> ShellWord:
    start, end = node.start_byte, node.end_byte
    raw = text.data[start:end]
    value = raw if _PLAIN.fullmatch(raw) else _value(node, raw)
    written = _decode(raw)
    return ShellWord(
        written, text.span(start, end), written if value is raw else None if value is None else _decode(value)
    )


def _value(node: tree_sitter.Node, raw: bytes) -> bytes | None:
    """What the word is worth, or None where it holds an expansion."""
    kind = node.type
    if kind in ("command_name", "concatenation"):
        values = []
        for child in node.children:
            start = child.start_byte - node.start_byte
            part = _value(child, raw[start : start + child.end_byte - child.start_byte])
            if part is None:
                return None
            values.append(part)
        return b"".join(values)
    if kind in ("word", "number", "variable_assignment", "file_redirect"):
        has_expansion = node.child_count and any(c.type.endswith(("expansion", "substitution")) for c in node.children)
        return None if has_expansion else _ESCAPED.sub(rb"\1", raw) if b"\\" in raw else raw
    if kind == "raw_string":
        return raw[1:-1]
    if kind == "string":
        if any(child.is_named and child.type != "string_content" for child in node.children):
            return None
        return _ESCAPED_IN_QUOTES.sub(rb"\1", raw[1:-1]) if b"\\" in raw else raw[1:-1]
    return None


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
