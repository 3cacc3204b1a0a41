"""BuildKit's own parser, from PyPI's `dockerfile`, beside ours: the same instructions, flags, words, lines."""

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

import dockerfile
from bakehouse.dockerfile import Instruction, parse, print_tree
from bakehouse.dockerfile.verdict import KEYWORDS

FRAGMENTS = [
    "RUN ", "COPY ", "ADD ", "ENV ", "ARG ", "LABEL ", "CMD ", "ENTRYPOINT ", "HEALTHCHECK ", "ONBUILD ", "USER ",
    "WORKDIR ", "VOLUME ", "EXPOSE ", "SHELL ", "FROM a\n", "run ", "\n", "\n", "\n", "\r\n", "\\\n", "\\\r\n",
    "\\ \n", "\\\\\n", "\\", "\\", "# c\n", "  # x\n", "\n\n", "\t", " ", "é", "\u00a0", "\u2003", "<<EOF", "<<-EOF",
    "<<'EOF'", '<<"EOF"', "3<<EOF", "<<EOF <<A", "EOF\n", "EOF\n", "\tEOF\n", "A\n", "<", "<<", "[", "]",
    '["a","b"]', '["a", 1]', '[ "a" , "\\u0041\\n" ]', '["a",]', "[]", "[[]]", '"', "'", "a=b", "a", "=", "a='b c'",
    'a="b c"', "$", "${x}", "${x:-y}", "${", "}", "$x", "a\\ b", ":", "/x", "/y ", "as", "AS x", "CMD x", "NONE",
    "--mount=type=cache,target=/x ", "--mount='a b' ", "--network=none ", "--link ", '--chown="a b" ', "--from=a ",
    "-- ", "--", "-", "--x\\ y ", "x", "y z ", "echo hi && ", "1",
]  # fmt: skip


SPACED_HEREDOC = re.compile(r"<<-?[\t\r ]|<<-?\\\s*\n")  # `<< NAME`: the oracle's BuildKit did not know it yet


def theirs(text: str):
    """What BuildKit's parser makes of it, or None where it refuses."""
    try:
        return dockerfile.parse_string(text)
    except dockerfile.GoParseError:
        return None


def comparable(instruction: Instruction) -> tuple[str, ...]:
    """Our arguments in the flat shape of the oracle."""
    if instruction.name == "ARG":
        return tuple(p.key.text + ("" if p.value is None else f"={p.value.text}") for p in instruction.pairs)
    found = [text for p in instruction.pairs for text in (p.key.text, p.value.text)]
    return tuple(found) + instruction.arguments


def has_text_after_array(instruction: Instruction) -> bool:
    """`RUN ["a"] b`: the oracle's BuildKit dropped what follows the array, today's reads shell form."""
    inner = instruction.trigger or instruction
    rest = inner.original.partition("[")[2]
    if not rest:
        return False
    try:
        json.JSONDecoder().raw_decode("[" + rest)
    except ValueError:
        return False
    return not inner.is_json


def assert_same(text: str) -> bool:
    """Compare; returns whether the oracle accepted the text."""
    tree = parse(text.encode())
    assert print_tree(tree) == text.encode()
    if any(has_text_after_array(instruction) for instruction in tree.instructions) or SPACED_HEREDOC.search(text):
        return True
    commands = theirs(text)
    if commands is None:
        assert tree.errors
        return False
    assert len(commands) == len(tree.instructions)
    for command, ours in zip(commands, tree.instructions, strict=True):
        assert (command.cmd or "") == ours.keyword.text
        assert (command.start_line, command.end_line) == (ours.start_line, ours.end_line)
        assert command.flags == tuple(f"--{f.name}" + ("" if f.value is None else f"={f.value}") for f in ours.flags)
        assert command.json == ours.is_json
        inner = ours.trigger or ours
        if ours.trigger is not None:
            assert command.sub_cmd == inner.keyword.text
        if inner.name in KEYWORDS and inner.name != "ONBUILD":
            assert command.value == comparable(inner)
        heredocs = tuple((h.name, h.file_descriptor, h.content) for h in command.heredocs)
        assert heredocs == tuple((h.name, h.descriptor, h.content) for h in ours.heredocs)
    return True


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=14).map("".join))
def test_generated_files(text):
    assert_same("FROM a\n" + text)


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_any_text_after_a_keyword(text):
    assert_same("FROM a\nRUN " + text)
    assert_same("FROM a\nENV a=" + text)


REAL = r"""# syntax=docker/dockerfile:1.7
ARG VERSION=3.11
FROM --platform=$BUILDPLATFORM python:${VERSION}-slim AS build
WORKDIR /src
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,source=requirements.txt,target=/tmp/r.txt \
    # the list changes rarely
    pip install -r /tmp/r.txt && \

    echo "a; b" 'c # d' ;  \
    rm -rf /tmp/*
COPY --from=build --chown=1000:1000 ["a b", "c/"]
COPY <<-"EOF" <<other.conf /etc/
	server {
	}
	EOF
x = 1
other.conf
RUN <<EOF
#!/bin/sh
set -e
if true; then echo FROM nothing; fi
EOF
ENV A=1 \
    B="two words" C='$x'
LABEL org.opencontainers.image.title="T" x="a\"b"
HEALTHCHECK --interval=30s --retries=3 CMD curl -f http://localhost/ || exit 1
ONBUILD RUN --network=none make
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
ENTRYPOINT ["tini", "--"]
CMD exec app --flag="$A"
"""


def test_real_shapes():
    assert assert_same(REAL)
    assert assert_same(REAL.replace("\n", "\r\n"))
