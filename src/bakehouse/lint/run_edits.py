"""Edits of shell commands inside a RUN, which keep the author's lines, comments and continuations.

Enter a tree, a RUN and the words or commands of its script; leave an `Edit`, or None where the position is
doubtful (a comment in between, text that the shell's grammar did not read): then there is no fix.
"""

from __future__ import annotations

from collections.abc import Sequence

from bakehouse.dockerfile.edits import delete, insert
from bakehouse.dockerfile.packages import PackageCall
from bakehouse.dockerfile.shell import Command, ShellWord
from bakehouse.dockerfile.syntax import Dockerfile, Flag, Instruction, Span
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


def remove_run_flag(tree: Dockerfile, flag: Flag) -> Edit | None:
    """Take a flag such as `--network=host` out, with the blanks before it. None where it begins its line."""
    start = _back_over_blanks(tree.data, flag.span.start)
    return None if tree.data[start - 1 : start] == b"\n" else Edit(start, flag.span.end)


def remove_option(tree: Dockerfile, instruction: Instruction, words: Sequence[ShellWord], at: int) -> Edit | None:
    """Take the word at `at` out, together with the `-o` or `-c` that it is the value of."""
    with_flag = at > 0 and words[at - 1].static in ("-o", "-c", "--option")
    return remove_words(tree, instruction, words[at - with_flag : at + 1])


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
    """Take a command out of a chain of `&&` (or `;`) with the operator that joins it, or out of a here-document
    with its line. None if it is alone, nested, part of a pipe, or if the RUN's exit code would be another's."""
    instruction, script = run.instruction, run.script
    chain = list(script.commands)
    if command not in chain or command.nested or len(chain) < 2 or instruction.is_json or not script.whole:
        return None
    at = chain.index(command)
    after = chain[at + 1] if at + 1 < len(chain) else None
    end = _command_end(command)
    if after is not None and (after.operator in ("|", "|&", "||") or after.span.start < end):
        return None
    body = script_body(instruction, run)
    if body is not None:
        return _remove_body_line(tree, Span(command.span.start, end))
    if instruction.heredocs:
        return None
    if at > 0 and command.operator in ("&&", ";"):
        if after is None and command.operator == ";" and not _stops_at_errors(chain[0]):
            return None
        before = Span(_command_end(chain[at - 1]), command.span.start)
        if after is not None and after.operator == command.operator and b"\n" in tree.data[before.start : before.end]:
            rest = _joined_by(tree, after.operator, Span(end, after.span.start), start=command.span.start)
            if rest is not None and b"\n" not in tree.data[rest.start : rest.end]:
                return rest  # first in its line: what follows stays in that line
        return _joined_by(tree, command.operator, before, end=end)
    if at == 0 and after is not None and after.operator in ("&&", ";"):
        if tree.data[instruction.code.start : command.span.start].rstrip()[-1:] in b"({":
            return None
        return _joined_by(tree, after.operator, Span(end, after.span.start), start=command.span.start)
    return None


def drop_command(tree: Dockerfile, run: Run, command: Command) -> Edit | None:
    """Take a command out of a RUN as `remove_command` does; with the whole RUN where there is nothing else in it."""
    if run.script.commands == (command,) and run.script.whole and not run.instruction.heredocs:
        return delete(run.instruction.span)
    return remove_command(tree, run, command)


def drop_operand(tree: Dockerfile, run: Run, command: Command, word: ShellWord, *, others: int) -> Edit | None:
    """Take one operand out of a command that has `others` besides, or the command where it has none."""
    return remove_word(tree, run.instruction, word) if others else drop_command(tree, run, command)


def _command_end(command: Command) -> int:
    return max(command.span.end, *(word.span.end for word in command.redirects), 0)


def _stops_at_errors(first: Command) -> bool:
    return first.name == "set" and any(w.static.startswith("-") and "e" in w.static for w in first.words[1:])


def _joined_by(
    tree: Dockerfile, operator: str, between: Span, *, start: int | None = None, end: int | None = None
) -> Edit | None:
    """Take out `between`, from `start` or up to `end`, if there is nothing in it but the operator."""
    escape = tree.escape.encode()
    text = tree.data[between.start : between.end].replace(escape + b"\r\n", b"").replace(escape + b"\n", b"")
    if text.strip() != operator.encode():
        return None
    return Edit(between.start if start is None else start, between.end if end is None else end)


def _remove_body_line(tree: Dockerfile, span: Span) -> Edit | None:
    """Take out the line of a here-document that holds nothing but the span."""
    start = tree.data.rfind(b"\n", 0, span.start) + 1
    stop = tree.data.find(b"\n", span.end) + 1
    alone = tree.data[start:stop].strip() == tree.data[span.start : span.end]
    return Edit(start, stop) if alone and stop else None


def add_run_flag(instruction: Instruction, *flags: str) -> Edit:
    """Put flags such as `--mount=...` right after RUN, after the flags that are there."""
    end = instruction.flags[-1].span.end if instruction.flags else instruction.keyword.span.end
    return insert(end, "".join(f" {flag}" for flag in flags))


def add_mounts(tree: Dockerfile, instruction: Instruction, *mounts: str) -> Edit:
    """Put `--mount=...` flags right after RUN; each in a line of its own where the RUN has several lines."""
    if len(instruction.pieces) < 2 or instruction.flags or instruction.is_json:
        return add_run_flag(instruction, *mounts)
    lines = tree.data[instruction.code.start : instruction.code.end].splitlines(keepends=True)
    turn = f" {tree.escape}" + ("\r\n" if lines[0].endswith(b"\r\n") else "\n")
    turned = tree.data[instruction.keyword.span.end :].lstrip(_BLANK).startswith(tree.escape.encode())
    text = " " + f"{turn}    ".join(mounts) + ("" if turned else f"{turn}   ")
    return insert(instruction.keyword.span.end, text)


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
