"""Anything may be called Dockerfile: no traceback, no lost byte, bounded time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.dockerfile import interpret, parse, print_tree, tokens

PIECES = [
    b"FROM a\n", b"FROM a AS b\n", b"RUN ", b"COPY ", b"ENV ", b"ARG ", b"LABEL ", b"CMD ", b"ONBUILD ", b"HEALTHCHECK ",
    b"\\\n", b"`\n", b"\r\n", b"\n", b"# escape=`\n", b"# syntax=x\n", b"\xef\xbb\xbf", b"<<E ", b"<<-'E' ", b"E\n",
    b"\tE\n", b"[\"a\",", b"]", b'"', b"'", b"\\", b"$", b"${", b"}", b"${x:-", b"${x//", b"/", b"--mount=", b"--from=",
    b"type=cache,target=$x ", b"a=b ", b"\xff", b"\xc2\xa0", b"\0", b"x ", b"# c\n", b" ", b"0 ", b"b ", b"$PATH ",
]  # fmt: skip


@settings(max_examples=1200, deadline=None)
@given(st.one_of(st.binary(max_size=80), st.lists(st.sampled_from(PIECES), max_size=24).map(b"".join)))
def test_any_bytes(data):
    tree = parse(data)
    assert print_tree(tree) == data
    at = 0
    for token in tokens(tree):
        assert token.start == at
        at = token.end
    for problem in tree.errors:
        assert 0 <= problem.span.start <= problem.span.end <= len(data)
        assert problem.line >= 1
        assert problem.column >= 1
    again = parse(print_tree(tree))
    assert again == tree
    interpret(tree)


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


@pytest.mark.parametrize("name", BIG)
def test_big_files_in_bounded_time(name):
    data = BIG[name]
    start = time.process_time()
    tree = parse(data)
    assert time.process_time() - start < 10
    assert len(tree.errors) <= 100
    assert tree.items[-1].span.end == len(data)


def test_thousands_of_stages_and_variables():
    stages = b"".join(b"FROM s%d AS s%d\nENV A%d=$A%d\n" % (i, i + 1, i + 1, i) for i in range(2000))
    tree = parse(b"FROM a AS s0\nENV A0=x\n" + stages)
    start = time.process_time()
    meaning = interpret(tree)
    assert time.process_time() - start < 10
    assert meaning.target.end.env["A2000"] == "x"
    assert len(meaning.reached) == 2001
