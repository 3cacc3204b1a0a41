"""Edits of shell commands inside a RUN, which keep the author's lines, comments and continuations.

Enter a tree, a RUN and the words or commands of its script; leave an `Edit`, or None where the position is
doubtful (a comment in between, text that the shell's grammar did not read): then there is no fix.
"""

from __future__ import annotations

from collections.abc import Sequence

from bakehouse.dockerfile.edits import insert
from bakehouse.dockerfile.packages import PackageCall
from bakehouse.dockerfile.shell import Command, ShellWord
from bakehouse.dockerfile.syntax import Dockerfile, Instruction, Span
from bakehouse.lint.subject import Run
from bakehouse.model.edit import Edit

_BLANK = b" \t"
_ANSWERS = frozenset({"-y", "-yq", "-qy", "-yqq", "-qqy", "-q", "-qq", "--yes", "--assume-yes"})
_LEAVING = frozenset({"exit", "exec", "return"})


def remove_word(tree: Dockerfile, instruction: Instruction, word: ShellWord) -> Edit | None:
    """Take one word out with the white space that set it apart; a line of its own goes whole."""
    return remove_span(tree, instruction, word.span)


def remove_words(tree: Dockerfile, instruction: Instruction, words: Sequence[ShellWord]) -> Edit | None:
    """Take neighbouring words out together (a flag and its value)."""
    return remove_span(tree, instruction, Span(words[0].span.start, words[-1].span.end))


def remove_span(tree: Dockerfile, instruction: Instruction, span: Span) -> Edit | None:
    """Take out bytes of a RUN's logical line, with the blanks before them.

    Alone on their line, the line goes; first on it, the indentation stays. None where a comment would go too,
    or in the JSON form.
    """
    if instruction.is_json or _has_comment(tree, instruction, span):
        return None
    data = tree.data
    start, end = span
    before = _back_over_blanks(data, start)
    after = _over_blanks(data, end)
    at_line_start = before == 0 or data[before - 1 : before] == b"\n"
    if not at_line_start:
        return Edit(before, end)
    newline = _continuation_end(tree, after)
    if newline is not None:
        return Edit(before, newline)  # the whole line
    if _ends_line(data, after):
        return _remove_tail(tree, instruction, span)
    return Edit(start, after)


def insert_after(word: ShellWord, text: str) -> Edit:
    """Put a word (or several) after a word: `text` without outer blanks."""
    return insert(word.span.end, f" {text}")


def add_flag(run: Run, call: PackageCall, flag: str) -> Edit | None:
    """Put a flag behind the verb of a package manager, after the short flags that are there (`install -y`); None
    in the JSON form, where words are quoted, and where the verb is not a word of its own."""
    words = call.command.words
    at = next((n for n, word in enumerate(words) if n and word.text == call.verb.rpartition(" ")[2]), None)
    if at is None or run.instruction.is_json:
        return None
    while at + 1 < len(words) and words[at + 1].static in _ANSWERS:
        at += 1
    return insert_after(words[at], flag)


def replace_word(word: ShellWord, text: str) -> Edit:
    """Put `text` in place of a word."""
    return Edit(word.span.start, word.span.end, text.encode("utf-8", "surrogateescape"))


def append_command(tree: Dockerfile, run: Run, command: str) -> Edit | None:
    """Let `command` run after all others of a RUN, if they succeed, laid out as they are. None where the end is
    not certain."""
    instruction, script = run.instruction, run.script
    if instruction.is_json or not script.understood or not script.whole or not script.commands:
        return None
    last = max(script.commands, key=lambda found: found.span.end)
    if last.name in _LEAVING:
        return None
    body = script_body(instruction, run)
    if body is not None:
        tail = tree.data[body.start : body.end]
        newline = "\r\n" if tail.endswith(b"\r\n") else "\n"
        indent = "\t" if instruction.heredocs[0].strip_tabs and tail.startswith(b"\t") else ""
        return insert(body.end, f"{indent}{command}{newline}") if tail.endswith(b"\n") else None
    if instruction.heredocs:
        return None
    end = max(last.span.end, *(word.span.end for word in last.redirects), 0)
    if last.nested or end != instruction.code.end or ends_in_background(tree, instruction):
        return None
    return insert(end, _joint(tree, instruction) + command)


def _joint(tree: Dockerfile, instruction: Instruction) -> str:
    """` && `, with a line break where the author breaks his lines at it."""
    if len(instruction.pieces) < 2:
        return " && "
    lines = tree.data[instruction.code.start : instruction.code.end].splitlines(keepends=True)
    newline = "\r\n" if lines[0].endswith(b"\r\n") else "\n"
    second = next((line for line in lines[1:] if not line.lstrip().startswith(b"#")), b"")
    indent = second[: len(second) - len(second.lstrip(_BLANK))].decode()
    if any(line.rstrip().rstrip(tree.escape.encode()).rstrip().endswith(b"&&") for line in lines[:-1]):
        return f" && {tree.escape}{newline}{indent}"
    return f" {tree.escape}{newline}{indent}&& "


def script_body(instruction: Instruction, run: Run) -> Span | None:
    """The body of a here-document that is the RUN's whole script, else None."""
    if len(instruction.heredocs) != 1 or not run.script.commands:
        return None
    body = instruction.heredocs[0].body
    return body if all(body.start <= c.span.start and c.span.end <= body.end for c in run.script.commands) else None


def ends_in_background(tree: Dockerfile, instruction: Instruction) -> bool:
    """Whether a RUN ends with `&`, so that nothing can follow with `&&`."""
    return tree.data[instruction.code.start : instruction.code.end].rstrip().endswith(b"&")


def remove_command(tree: Dockerfile, run: Run, command: Command) -> Edit | None:
    """Take a command out of a chain of `&&` (or `;`), with the operator that joins it. None if it is alone,
    nested, has redirects beyond its words, or its neighbours are not joined that way."""
    instruction, script = run.instruction, run.script
    chain = [found for found in script.commands if not found.nested]
    if command not in chain or len(chain) < 2 or instruction.is_json or not script.whole:
        return None
    if script_body(instruction, run) is not None or any(w.span.end > command.span.end for w in command.redirects):
        return None
    at = chain.index(command)
    if at > 0 and command.operator in ("&&", ";"):
        previous = chain[at - 1]
        start = max(previous.span.end, *(w.span.end for w in previous.redirects), 0)
        return _without_comment(tree, instruction, Span(start, command.span.end), command.operator)
    if at == 0 and chain[1].operator in ("&&", ";"):
        if tree.data[instruction.code.start : command.span.start].rstrip()[-1:] in b"({":
            return None
        return _without_comment(tree, instruction, Span(command.span.start, chain[1].span.start), chain[1].operator)
    return None


def _without_comment(tree: Dockerfile, instruction: Instruction, span: Span, operator: str) -> Edit | None:
    if _has_comment(tree, instruction, span):
        return None
    taken = tree.data[span.start : span.end]
    return Edit(span.start, span.end) if operator.encode() in taken else None


def add_run_flag(instruction: Instruction, flag: str) -> Edit:
    """Put a flag such as `--mount=...` right after RUN, after the flags that are there."""
    end = instruction.flags[-1].span.end if instruction.flags else instruction.keyword.span.end
    return insert(end, f" {flag}")


def _remove_tail(tree: Dockerfile, instruction: Instruction, span: Span) -> Edit | None:
    """Take out the last line of an instruction together with the continuation that led to it."""
    piece = max((p for p in instruction.pieces if p.end <= span.start), key=lambda p: p.end, default=None)
    if piece is None:
        return None
    start = _back_over_blanks(tree.data, piece.end)
    return None if _has_comment(tree, instruction, Span(start, span.end)) else Edit(start, span.end)


def _has_comment(tree: Dockerfile, instruction: Instruction, span: Span) -> bool:
    """Whether a comment line lies in the span: bytes that are in no piece and no continuation."""
    lines = tree.data[span.start : span.end].split(b"\n")[1:]
    return any(line.lstrip().startswith(b"#") for line in lines) and not instruction.heredocs


def _continuation_end(tree: Dockerfile, at: int) -> int | None:
    """Where the line ends if only the escape character stands at `at`, else None."""
    data, escape = tree.data, tree.escape.encode()
    if data[at : at + 1] != escape:
        return None
    end = _over_blanks(data, at + 1)
    if data[end : end + 1] == b"\r":
        end += 1
    return end + 1 if data[end : end + 1] == b"\n" else None


def _ends_line(data: bytes, at: int) -> bool:
    return at >= len(data) or data[at : at + 1] in (b"\n", b"\r")


def _back_over_blanks(data: bytes, at: int) -> int:
    while at > 0 and data[at - 1] in _BLANK:
        at -= 1
    return at


def _over_blanks(data: bytes, at: int) -> int:
    while at < len(data) and data[at] in _BLANK:
        at += 1
    return at
