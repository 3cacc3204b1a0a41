"""The tree: spans, tokens, forms, and what an error says."""

import json

import pytest

from bakehouse.dockerfile import (
    DockerfileSyntaxError,
    Form,
    Instruction,
    TokenKind,
    parse,
    print_tree,
    tokens,
    tree_as_json,
)

NASTY = [
    b"",
    b"\n",
    b"\xef\xbb\xbf",
    b"\xef\xbb\xbf# Syntax = docker/dockerfile:1\r\n#escape=`\nFROM a\r\nRUN x `\r\n y\n",
    b"FROM a\nRUN a \\\n# why \xff\xfe\n\n   \t\n  b \\ \t\n c # no comment",
    b"FROM a\nRUN <<A cat <<-'B' 3<<\"C D\"\nA\n\tx\n\tB\r\n\\\n#\nC D",
    b"FROM a\nCOPY --chmod=755 <<E /x\nbody\nE",
    b'FROM a\nCMD [ "a" ,\\\n "b\\u0041" ]\n',
    b"FROM a\n\\\n\\\nRUN x\\",
    b"\tFROM\ta \x0b\nENV a b  c\nLABEL x='1 2'\\\n  y=\"3\"\n",
    b"\x00\x01\x02RUN\xc2\xa0x\n\r\n\r\r\n",
    b'FROM a\nONBUILD RUN --network=none <<E\nx\nE\nHEALTHCHECK --interval=3s \\\n CMD ["a"]',
    b"FROM a\nRUN <<E\nnever closed\n",
    b"FROM a\r\nRUN b \\\r\n  && c\r\n",
    b"FROM a\nRUN x \\\n# last line is a comment",
]


@pytest.mark.parametrize("data", NASTY)
def test_tokens_tile_the_file(data):
    tree = parse(data)
    at = 0
    for token in tokens(tree):
        assert token.start == at
        assert token.end > token.start
        at = token.end
    assert at == len(data)
    assert print_tree(tree) == data


@pytest.mark.parametrize("data", NASTY)
def test_items_tile_the_file(data):
    at = 0
    for item in parse(data).items:
        assert item.span.start == at
        at = item.span.end
    assert at == len(data)


def one(text: bytes) -> tuple[Instruction, bytes]:
    tree = parse(b"FROM a\n" + text).require_valid()
    return tree.instructions[1], tree.data


def cut(data: bytes, span) -> bytes:
    return data[span.start : span.end]


def test_flags_have_name_and_value_spans():
    run, data = one(b"RUN --mount=type=cache,target=/x --network=none true\n")
    assert [flag.name for flag in run.flags] == ["mount", "network"]
    assert [cut(data, flag.span) for flag in run.flags] == [b"--mount=type=cache,target=/x", b"--network=none"]
    assert [cut(data, flag.value_span) for flag in run.flags] == [b"type=cache,target=/x", b"none"]
    assert run.flag("network") == "none"
    assert run.flag_values("mount") == ("type=cache,target=/x",)
    assert run.flag("security") is None
    assert run.arguments == ("true",)


def test_a_flag_with_quotes_keeps_its_written_span():
    copy, data = one(b"COPY --chown='a b' --link x y\n")
    assert copy.flag("chown") == "a b"
    assert cut(data, copy.flags[0].value_span) == b"'a b'"
    assert copy.is_on("link")
    assert not one(b"COPY --link=false x y")[0].is_on("link")


def test_a_word_across_a_continuation_has_one_span():
    run, data = one(b"RUN one \\\n  # why\n  two\n")
    assert run.arguments == ("one   two",)
    assert cut(data, run.words[0].span) == b"one \\\n  # why\n  two"
    assert (run.start_line, run.end_line) == (2, 4)
    kinds = [token.kind for token in tokens(parse(data)) if token.start >= run.span.start]
    assert kinds == [
        TokenKind.KEYWORD, TokenKind.SPACE, TokenKind.WORD, TokenKind.CONTINUATION, TokenKind.SPACE,
        TokenKind.COMMENT, TokenKind.NEWLINE, TokenKind.WORD, TokenKind.NEWLINE,
    ]  # fmt: skip


def test_json_elements_have_spans():
    cmd, data = one(b'CMD [ "a b", "\\u0041\\n" ]\n')
    assert cmd.is_json
    assert cmd.arguments == ("a b", "A\n")
    assert [cut(data, word.span) for word in cmd.words] == [b'"a b"', b'"\\u0041\\n"']


@pytest.mark.parametrize(
    "line, form, pairs",
    [
        (b"ENV a=b c='d e'", Form.PAIRS, [("a", "b"), ("c", "'d e'")]),
        (b"ENV a b  c=d", Form.LEGACY, [("a", "b  c=d")]),
        (b"LABEL a.b=1 \\\n  c=2", Form.PAIRS, [("a.b", "1"), ("c", "2")]),
        (b"ARG a b=1 c=", Form.PAIRS, [("a", None), ("b", "1"), ("c", "")]),
    ],
)
def test_pairs(line, form, pairs):
    found, data = one(line)
    assert found.form is form
    assert [(p.key.text, p.value.text if p.value else None) for p in found.pairs] == pairs
    for pair in found.pairs:
        assert cut(data, pair.key.span).decode() == pair.key.text
        if pair.value is not None:
            assert cut(data, pair.value.span).decode() == pair.value.text


def test_several_heredocs():
    run, data = one(b"RUN cat <<A 3<<-'B' >x\none\nA\n\ttwo\n\tB\n")
    first, second = run.heredocs
    assert (first.name, first.expand, first.strip_tabs, first.descriptor, first.content) == (
        "A",
        True,
        False,
        0,
        "one\n",
    )
    assert (second.name, second.expand, second.strip_tabs, second.descriptor) == ("B", False, True, 3)
    assert (second.content, second.text) == ("\ttwo\n", "two\n")
    assert cut(data, first.word_span) == b"<<A"
    assert cut(data, second.word_span) == b"3<<-'B'"
    assert cut(data, second.body) == b"\ttwo\n"
    assert cut(data, second.terminator) == b"\tB\n"
    assert (first.line, second.line) == (3, 5)
    assert cut(data, run.code) == b"RUN cat <<A 3<<-'B' >x"
    assert run.end_line == 6


def test_onbuild_holds_its_trigger():
    onbuild, data = one(b"ONBUILD COPY --from=x <<E /y\nz\nE\n")
    assert onbuild.form is Form.TRIGGER
    assert onbuild.trigger.name == "COPY"
    assert onbuild.trigger.flag("from") == "x"
    assert onbuild.trigger.heredocs == onbuild.heredocs != ()
    assert cut(data, onbuild.trigger.code) == b"COPY --from=x <<E /y"


def test_directives_and_escape():
    tree = parse(b"# Syntax=docker/dockerfile:1 x\n#ESCAPE = `\n# check=skip=all\nFROM a\nRUN b `\n c\n")
    assert [(d.name, d.value) for d in tree.directives] == [
        ("syntax", "docker/dockerfile:1 x"), ("escape", "`"), ("check", "skip=all"),
    ]  # fmt: skip
    assert tree.frontend == "docker/dockerfile:1"
    assert tree.escape == "`"
    assert tree.instructions[1].arguments == ("b  c",)
    assert tree.text(tree.directives[0].value_span) == "docker/dockerfile:1 x"


def test_positions_count_bytes_from_one():
    tree = parse("FROM a\n# é\nRUN x".encode())
    assert tree.position(0) == (1, 1)
    assert tree.position(tree.instructions[1].words[0].span.start) == (3, 5)


@pytest.mark.parametrize(
    "text, line, column, message, expected",
    [
        (b"FROM a\nRUM x\n", 2, 1, "unknown instruction: RUM", "an instruction such as RUN"),
        (b"FROM a\nRUN --moun=x y\n", 2, 7, "unknown flag: --moun", "one of --mount, --network, --security, --device"),
        (b"FROM a\nUSER --x a\n", 2, 8, "unknown flag: --x", "no flag: USER takes none"),
        (b"FROM a\nCOPY a\n", 2, 1, "COPY requires at least two arguments", "a source and a destination"),
        (b"FROM a\nENV a=b \\\n  c\n", 3, 3, 'can\'t find = in "c"', "name=value"),
        (b'FROM a\nCMD ["a", 1]\n', 2, 11, "arrays must be comprised of strings only", "a string in double quotes"),
        (b"FROM a\nRUN cat <<-E\nx\n", 2, 9, "unterminated heredoc", "a line with only <tabs>E before the end"),
        (b"# escape=x\nFROM a\n", 1, 10, "invalid escape token 'x'", "` or \\"),
        (b"#syntax=a\n#syntax=b\nFROM a\n", 2, 2, "only one syntax parser directive", "each directive once"),
        (b"RUN x\n", 1, 1, "no build stage in current context", "FROM before"),
        (b"ARG a\n", 1, 6, "dockerfile contains no stages to build", "FROM"),
        (b"# only\n", 1, 7, "file with no instructions", "FROM"),
        (b"", 1, 1, "the Dockerfile cannot be empty", "FROM"),
        (b"FROM a b\n", 1, 8, "FROM requires either one or three arguments", "IMAGE AS NAME"),
        (b"FROM a AS 1\n", 1, 11, "invalid name for build stage", "a letter, then"),
        (b"FROM a\nHEALTHCHECK --interval=5 CMD x", 2, 24, "invalid duration", "30s"),
    ],
)
def test_an_error_says_where_what_and_what_was_expected(text, line, column, message, expected):
    (problem,) = parse(text).errors
    assert (problem.line, problem.column) == (line, column)
    assert message in problem.message
    assert expected in problem.expected


def test_the_rest_of_the_tree_survives_errors():
    tree = parse(b"FROM a\nRUM x\nENV y\nCOPY a b\nUSER\n")
    assert [i.name for i in tree.instructions] == ["FROM", "RUM", "ENV", "COPY", "USER"]
    assert [p.line for p in tree.errors] == [2, 3, 5]
    with pytest.raises(DockerfileSyntaxError) as caught:
        tree.require_valid()
    assert caught.value.exit_code == 2
    assert str(caught.value).startswith("Dockerfile:2: unknown instruction: RUM (2 more problems below)")


@pytest.mark.parametrize(
    "text, refused",
    [
        (b"RUN " + b"x" * 65531, False),
        (b"RUN " + b"x" * 65532, True),
        (b"RUN a \\\n" + b"y" * 65535, False),
        (b"RUN a \\\n" + b"y" * 65536, True),
        (b"RUN <<E\n" + b"z" * 65536 + b"\nE\n", True),
    ],
)
def test_lines_have_buildkits_limit(text, refused):
    assert bool(parse(b"FROM a\n" + text).errors) is refused


@pytest.mark.parametrize(
    "data, image",
    [
        (b"# syntax=docker/dockerfile:1\nFROM a", "docker/dockerfile:1"),
        (b"#!/usr/bin/env x\n# syntax = a/b:1 arg\nFROM a", "a/b:1"),
        (b"\xef\xbb\xbf#escape=`\r\n#SYNTAX=x\r\nFROM a", "x"),
        (b"// syntax=x\n", "x"),
        (b'{"syntax": "x", "y": [1]}', "x"),
        (b"\n# syntax=x\n", None),
        (b"# c\n# syntax=x\n", None),
        (b"FROM a\n", None),
        (b"", None),
    ],
)
def test_the_frontend(data, image):
    assert parse(data).frontend == image


def test_the_tree_as_json():
    tree = parse(
        b"# escape=`\n# why\nFROM a AS b\nRUN --network=none <<E\nx\xff\nE\nENV c=d\nARG e\nONBUILD USER f\nCOPY g\n"
    )
    found = json.loads(json.dumps(tree_as_json(tree)))

    def place(text: bytes) -> list[int]:
        return [tree.data.index(text), tree.data.index(text) + len(text)]

    assert [i["instruction"] for i in found["instructions"]] == ["FROM", "RUN", "ENV", "ARG", "ONBUILD", "COPY"]
    run, env, arg, onbuild, _ = found["instructions"][1:]
    assert run["flags"] == [{"name": "network", "value": "none", "span": place(b"--network=none")}]
    assert run["heredocs"][0]["content"] == "x\ufffd\n"
    assert (run["lines"], run["original"], run["form"]) == ([4, 6], "RUN --network=none <<E", "shell")
    assert env["pairs"] == [{"name": "c", "value": "d", "span": place(b"c=d")}]
    assert arg["pairs"][0]["value"] is None
    assert onbuild["trigger"]["arguments"][0]["text"] == "f"
    assert found["comments"] == [{"text": "why", "line": 2, "span": place(b"# why\n")}]
    assert found["directives"][0]["name"] == "escape"
    assert found["errors"][0]["line"] == 10
