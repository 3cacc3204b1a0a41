"""RUN as shell: commands, words with their bytes, package managers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.dockerfile import parse
from bakehouse.dockerfile.packages import MANAGERS, package_call
from bakehouse.dockerfile.shell import read_script


def script(text: bytes, shell=("/bin/sh", "-c")):
    tree = parse(b"FROM a\n" + text).require_valid()
    return tree, read_script(tree, tree.instructions[1], shell)


def names(text: bytes) -> list[str]:
    return [command.name for command in script(text)[1].commands]


def call(text: str):
    _, found = script(b"RUN " + text.encode())
    (command,) = found.commands
    return package_call(command)


@pytest.mark.parametrize(
    "text, expected",
    [
        (b"RUN a && b || c; d | e", ["a", "b", "c", "d", "e"]),
        (b"RUN a \\\n  # why\n  && b", ["a", "b"]),
        (b"RUN if a; then b; else c; fi", ["a", "b", "c"]),
        (b"RUN for x in 1 2; do a; done", ["a"]),
        (b"RUN (a; b) && { c; }", ["a", "b", "c"]),
        (b"RUN a $(b) `c`", ["a", "b", "c"]),
        (b"RUN <<E\na\nb\nE\n", ["a", "b"]),
        (b"RUN <<-E bash -e\n\ta\n\tE\n", ["a"]),
        (b"RUN bash <<'E'\na\nE\n", ["a"]),
        (b"RUN cat <<E >/x && b\nbody && no\nE\n", ["cat", "b"]),
        (b'RUN ["a", "b c"]', ["a"]),
        (b'RUN ["/bin/bash", "-ec", "a && b"]', ["a", "b"]),
        (b"RUN --mount=type=cache,target=/x /usr/bin/a", ["a"]),
        (b"ONBUILD RUN a && b", ["a", "b"]),
        (b"HEALTHCHECK CMD a || b", ["a", "b"]),
        (b"CMD exec a", ["exec"]),
        (b"RUN $A b", [""]),
    ],
)
def test_commands(text, expected):
    assert names(text) == expected


def test_words_know_their_bytes_across_continuations():
    tree, found = script(b"RUN apt-get install \\\n    # why\n    'a b' \\\n    c$X >/dev/null\n")
    (command,) = found.commands
    assert [word.text for word in command.words] == ["apt-get", "install", "a b", None]
    assert [tree.text(word.span) for word in command.words] == ["apt-get", "install", "'a b'", "c$X"]
    assert [word.raw for word in command.redirects] == [">/dev/null"]
    assert tree.text(command.span).startswith("apt-get install \\\n")


def test_words_know_their_bytes_in_heredocs():
    tree, found = script(b"RUN <<-E\n\tapt-get \\\n\t  update\n\tE\n")
    (command,) = found.commands
    assert [tree.text(word.span) for word in command.words] == ["apt-get", "update"]


def test_operators_and_nesting():
    _, found = script(b"RUN a && b; if c; then d; fi | e")
    assert [(c.name, c.operator, c.nested) for c in found.commands] == [
        ("a", "", False), ("b", "&&", False), ("c", ";", True), ("d", ";", True), ("e", "|", False),
    ]  # fmt: skip


def test_what_is_no_posix_shell_is_left_alone():
    assert not script(b"RUN a", ("powershell", "-Command"))[1].understood
    assert not script(b"RUN <<E\n#!/usr/bin/env python3\nprint(1)\nE\n")[1].understood
    assert script(b"RUN <<E\n#!/bin/sh -e\na\nE\n")[1].understood


def test_a_broken_script_still_has_commands():
    _, found = script(b"RUN a && b 'never closed")
    assert not found.whole
    assert found.commands[0].name == "a"


@pytest.mark.parametrize(
    "text, manager, verb, packages",
    [
        ("apt-get install -y --no-install-recommends curl=7.88 git", "apt-get", "install", ["curl=7.88", "git"]),
        ("DEBIAN_FRONTEND=noninteractive sudo -E apt -qq -o A=b install x", "apt-get", "install", ["x"]),
        ("apk add --no-cache --virtual .build gcc 'musl-dev>=1'", "apk", "add", ["gcc", "musl-dev=1"]),
        ("pip3 install --no-cache-dir -r r.txt 'a[x]==1.2' b", "pip", "install", ["a[x]=1.2", "b"]),
        ("/opt/venv/bin/python3.11 -m pip install -U pip", "pip", "install", ["pip"]),
        ("uv pip install --system a", "pip", "install", ["a"]),
        ("uv sync --frozen --extra x", "uv", "sync", []),
        ("npm install -g left-pad@1.0 @a/b@2 @c/d", "npm", "install", ["left-pad=1.0", "@a/b=2", "@c/d"]),
        ("npm ci --omit=dev", "npm", "ci", []),
        ("yarn --frozen-lockfile", "yarn", "install", []),
        ("yarn global add serve@14", "yarn", "global add", ["serve=14"]),
        ("corepack pnpm install --filter api", "pnpm", "install", []),
        ("go install -ldflags x example.com/a@v1", "go", "install", ["example.com/a=v1"]),
        ("go mod download", "go", "mod download", []),
        ("cargo install --version 1 ripgrep", "cargo", "install", ["ripgrep"]),
        ("gem install rails:7 -v 7", "gem", "install", ["rails=7"]),
        ("dnf -y install a-1.0", "yum", "install", ["a-1.0"]),
        ("pacman -Syu --noconfirm a", "pacman", "-Syu", ["a"]),
        ("env A=b time conda install -c conda-forge numpy=1.2", "conda", "install", ["numpy=1.2"]),
        ("bundle install --jobs 4", "bundle", "install", []),
        ("dotnet tool install x", "dotnet", "tool install", ["x"]),
    ],
)
def test_package_calls(text, manager, verb, packages):
    found = call(text)
    assert (found.manager, found.verb) == (manager, verb)
    assert [p.name + (f"={p.version}" if p.version else "") for p in found.packages] == packages
    assert found.installs


def test_flags_of_a_call():
    found = call("apt-get -qy --option=A=b install -t stable x")
    assert found.has("-y")
    assert found.has("-q", "--quiet")
    assert not found.has("--no-install-recommends")
    assert found.has("--option")
    assert found.options == (("--option", "A=b"), ("-t", "stable"))


@pytest.mark.parametrize("text", ["echo apt-get install x", "apt-cache search y", "make install"])
def test_other_commands_are_no_calls(text):
    assert call(text) is None


def test_removing_is_no_installing():
    assert not call("apt-get purge -y x").installs
    assert all(manager.install for manager in MANAGERS.values())


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(
    ["a", " ", "&&", "|", ";", "(", ")", "{", "}", "'", '"', "$", "${x}", "$(b)", "`", "<", ">", "\\", "\n", " \\\n", "if ",
     "then ", "fi", "do ", "done", "case ", "esac", "é", "sudo ", "pip install ", "-r ", "env ", "timeout ", "#", "=", "[[ "]
), max_size=20).map("".join))  # fmt: skip
def test_any_script(text):
    tree = parse(b"FROM a\nRUN <<END\n" + text.encode() + b"\nEND\n")
    for command in read_script(tree, tree.instructions[1]).commands:
        package_call(command)
        assert 0 <= command.span.start <= command.span.end <= len(tree.data)


def test_long_and_deep_scripts_end():
    for text in (b"a && " * 20_000 + b"b", b"(" * 20_000, b"$(" * 5_000, b"if a; then " * 2_000):
        script(b"RUN " + text[:65_000])
