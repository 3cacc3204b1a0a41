"""`bakehouse dockerfile`: the Dockerfile language by itself. `ast` prints the tree of a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.cli.plain_text import one_line, safe
from bakehouse.dockerfile.as_json import tree_as_json
from bakehouse.dockerfile.parser import parse
from bakehouse.dockerfile.syntax import Dockerfile, Form, Instruction, Problem
from bakehouse.errors import EXIT_FINDINGS, EXIT_OK, DockerfileError

MAX_BYTES = 64 * 1024 * 1024
"""No Dockerfile is larger; a file that is, is refused before it is read."""

_WIDTH = 68


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Read Dockerfiles as BuildKit does.

    \b
    Examples:
      bakehouse dockerfile ast api/Dockerfile
      bakehouse dockerfile ast - --json < Dockerfile
    """


@command.command("ast", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", metavar="FILE")
@common_options
def ast(ctx: CliContext, file: str) -> int:
    """Print the syntax tree of FILE; - is the standard input.

    With --json each instruction has its flags, arguments, here-documents, line range, byte spans and its original
    text; the form is documented and stable. What BuildKit would refuse is listed with line, column and what was
    expected there, and the tree of the rest is printed all the same: the exit code is then 1.

    \b
    Examples:
      bakehouse dockerfile ast Dockerfile
      bakehouse dockerfile ast Dockerfile --json | jq -r '.instructions[].original'
      git show HEAD:Dockerfile | bakehouse dockerfile ast - --json
    """
    tree = parse(_read(ctx, file), file)
    if ctx.json:
        emit_json("bakehouse.dockerfile.ast/1", tree_as_json(tree))
    else:
        for line in describe(tree):
            ctx.out(line)
    return EXIT_FINDINGS if tree.errors else EXIT_OK


def describe(tree: Dockerfile) -> list[str]:
    """The tree as lines for people: line numbers, instructions, and what belongs to each below it."""
    lines = [f"{safe(tree.filename)}: {_count(len(tree.instructions), 'instruction')}, escape {tree.escape}"]
    if tree.frontend:
        lines[0] += f", frontend {safe(tree.frontend)}"
    lines += [_row(d.line, d.line, f"# {d.name}={one_line(d.value, _WIDTH)}") for d in tree.directives]
    for instruction in tree.instructions:
        lines += _instruction(instruction)
    return [*lines, *(_problem(problem) for problem in tree.errors)]


def _instruction(found: Instruction, depth: int = 0) -> list[str]:
    shown = f" ({found.form})" if found.form not in (Form.WORDS, Form.NONE) else ""
    lines = [_row(found.start_line, found.end_line, f"{'  ' * depth}{one_line(found.name, 40)}{shown}")]
    parts = [("flag", f"--{flag.name}" + ("" if flag.value is None else f"={flag.value}")) for flag in found.flags]
    parts += [("argument", word.text) for word in found.words]
    parts += [("pair", f"{pair.key.text} = {pair.value.text if pair.value else ''}") for pair in found.pairs]
    for heredoc in found.heredocs:
        how = "expanded" if heredoc.expand else "as it is"
        count = _count(heredoc.content.count("\n"), "line")
        parts.append(("heredoc", f"{heredoc.name}: {count} from line {heredoc.line}, {how}"))
    lines += [f"{'':11}{'  ' * depth}{kind:<9} {one_line(text, _WIDTH)}" for kind, text in parts]
    return lines + (_instruction(found.trigger, depth + 1) if found.trigger else [])


def _row(first: int, last: int, text: str) -> str:
    return f"{first if first == last else f'{first}-{last}':>9}  {text}"


def _problem(problem: Problem) -> str:
    expected = f" (expected {safe(problem.expected)})" if problem.expected else ""
    return f"{problem.line}:{problem.column}: error: {one_line(problem.message, 200)}{expected}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _read(ctx: CliContext, file: str) -> bytes:
    """The bytes of a file or of the standard input. Raises DockerfileError."""
    if file == "-":
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        path = Path(ctx.directory, file).expanduser()
        if not (path.is_file() or path.is_fifo()):
            what = "is a directory" if path.is_dir() else "is not there" if not path.exists() else "is no file"
            raise DockerfileError(what, path=file, hint="name a Dockerfile, or - for the standard input")
        try:
            with path.open("rb") as opened:
                data = opened.read(MAX_BYTES + 1)
        except OSError as error:
            raise DockerfileError(
                f"cannot be read: {error.strerror}", path=file, hint="check its permissions"
            ) from None
    if len(data) > MAX_BYTES:
        raise DockerfileError(f"has more than {MAX_BYTES} bytes", path=file, hint="name a Dockerfile")
    return data
