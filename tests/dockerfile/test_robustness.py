"""Anything may be called Dockerfile: no traceback, no lost byte, bounded time."""

import subprocess
import sys
import time

import pytest

from bakehouse.dockerfile import interpret, parse
from bakehouse.dockerfile.shell import read_script

BIG = {
    "lines": b"FROM a\n" + b"RUN x\n" * 20_000,
    "continuations": b"FROM a\nRUN x" + b" \\\n && y" * 50_000,
    "pairs": b"FROM a\nENV a=b" + b" \\\n k=v" * 10_000,
    "one line": b"FROM a\nRUN " + b"x" * 20_000_000,
    "heredoc": b"FROM a\nRUN <<E\n" + b"line\n" * 100_000 + b"E\n",
    "open heredoc": b"FROM a\nRUN <<E\n" + b"line\n" * 100_000,
    "open quote": b"FROM a\nENV a='" + b"x \\\n" * 20_000,
    "json nesting": b"FROM a\nRUN " + b"[" * 60_000,
    "variable nesting": b"FROM a\nRUN <<E " + b"${a:-" * 10_000,
    "onbuild chain": b"FROM a\n" + b"ONBUILD " * 8_000 + b"RUN x",
    "escapes": b"FROM a\nENV a=" + b"\\" * 60_000,
    "spaces": b"FROM a\nENV a" + b" " * 60_000 + b"x",
    "directive spaces": b"# escape=a" + b" " * 60_000 + b"x\nFROM a",
    "openings": b"FROM a\nRUN " + b"<<A " * 5_000 + b"\n" + b"A\n" * 5_000,
    "nul": b"\0" * 20_000_000,
    "newlines": b"\n" * 3_000_000,
    "binary": bytes(range(256)) * 20_000,
}


SCRIPTS = {
    "chain": b"FROM a\nRUN x" + b" \\\n && y" * 20_000,
    "substitutions": b"FROM a\nRUN " + b"$(" * 20_000,
    "groups": b"FROM a\nRUN " + b"{ " * 20_000 + b"x" + b"; }" * 20_000,
    "conditions": b"FROM a\nRUN " + b"if a; then " * 5_000 + b"x" + b"; fi" * 5_000,
    "quotes": b"FROM a\nRUN " + b'"$(' * 10_000,
    "packages": b"FROM a\nRUN apt-get install -y" + b" \\\n  pkg" * 20_000,
}


@pytest.mark.parametrize("name", BIG)
def test_big_files_in_bounded_time(name):
    data = BIG[name]
    start = time.process_time()
    tree = parse(data)
    assert time.process_time() - start < 10
    assert len(tree.errors) <= 100
    assert tree.items[-1].span.end == len(data)


@pytest.mark.parametrize("name", SCRIPTS)
def test_big_scripts_in_bounded_time(name):
    tree = parse(SCRIPTS[name])
    start = time.process_time()
    script = read_script(tree, tree.instructions[1])
    assert time.process_time() - start < 10
    assert all(command.span.end <= len(tree.data) for command in script.commands)


def cost(lines: int) -> float:
    """CPU seconds to understand a file of so many instructions, the best of three."""
    data = b"FROM a AS s\n" + b"RUN apt-get install x\nENV a=b c=$a\nCOPY a b\n# c\nLABEL a=b\n" * (lines // 5)
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        interpret(parse(data))
        best = min(best, time.process_time() - start)
    return best


def test_time_grows_with_the_lines():
    """Eight times the lines may take 16 times as long, not 64."""
    assert cost(40_000) < 16 * cost(5_000)


def test_fifty_megabytes_in_bounded_memory():
    """A whole process of its own: its peak is at most ten times the file."""
    code = (
        "import resource, sys\n"
        "from bakehouse.dockerfile import interpret, parse, print_tree\n"
        "data = b'FROM a\\nRUN <<E\\n' + (b'x' * 110 + b'\\n') * 450_000 + b'E\\n'\n"
        "tree = parse(data)\n"
        "assert not tree.errors and print_tree(tree) == data and len(interpret(tree).stages) == 1\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // len(data))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 10


def test_thousands_of_stages_and_variables():
    stages = b"".join(b"FROM s%d AS s%d\nENV A%d=$A%d\n" % (i, i + 1, i + 1, i) for i in range(2000))
    tree = parse(b"FROM a AS s0\nENV A0=x\n" + stages)
    start = time.process_time()
    meaning = interpret(tree)
    assert time.process_time() - start < 10
    assert meaning.target.end.env["A2000"] == "x"
    assert len(meaning.reached) == 2001
