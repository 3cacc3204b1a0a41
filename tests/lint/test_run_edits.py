"""Edits of commands inside a RUN: where they go, and where they are refused."""

from __future__ import annotations

import pytest

from bakehouse.dockerfile.edits import apply_edits
from bakehouse.lint.run_edits import (
    add_flag,
    add_mounts,
    append_command,
    remove_command,
    remove_option,
    remove_run_flag,
)
from bakehouse.lint.subject import Subject
from bakehouse.model.edit import Edit


def _subject(run: str) -> Subject:
    return Subject("Dockerfile", f"FROM debian:12\n{run}".encode())


def _after(subject: Subject, edit: Edit | None) -> str | None:
    return None if edit is None else apply_edits(subject.data, [edit]).decode().partition("\n")[2]


@pytest.mark.parametrize(
    ("run", "wanted"),
    [
        ("RUN a\n", "RUN a && z\n"),
        ("RUN a && b", "RUN a && b && z"),
        ("RUN a \\\n && b\n", "RUN a \\\n && b \\\n && z\n"),
        ("RUN a \\\r\n  && b\r\n", "RUN a \\\r\n  && b \\\r\n  && z\r\n"),
        ("RUN a && \\\n\tb\n", "RUN a && \\\n\tb && \\\n\tz\n"),
        ("RUN a \\\n# why\n    b\n", "RUN a \\\n# why\n    b \\\n    && z\n"),
        ("RUN a > /dev/null\n", "RUN a > /dev/null && z\n"),
        ("RUN <<EOF\na\nEOF\n", "RUN <<EOF\na\nz\nEOF\n"),
        ("RUN <<-EOF\n\ta\n\tEOF\n", "RUN <<-EOF\n\ta\n\tz\n\tEOF\n"),
        ("RUN a &\n", None),
        ("RUN (a)\n", None),
        ("RUN a && exit 0\n", None),
        ("RUN if a; then b; fi\n", None),
        ('RUN ["a"]\n', None),
        ("RUN cat <<EOF > /f\na\nEOF\n", None),
    ],
)
def test_append_command(run: str, wanted: str | None) -> None:
    subject = _subject(run)
    assert _after(subject, append_command(subject.tree, subject.runs[0], "z")) == wanted


@pytest.mark.parametrize(
    ("run", "wanted"),
    [
        ("RUN a && x && b\n", "RUN a && b\n"),
        ("RUN x && b\n", "RUN b\n"),
        ("RUN a && x\n", "RUN a\n"),
        ("RUN a; x; b\n", "RUN a; b\n"),
        ("RUN set -e; x\n", "RUN set -e\n"),
        ("RUN a \\\n && x \\\n && b\n", "RUN a \\\n && b\n"),
        ("RUN a \\\n && x && b\n", "RUN a \\\n && b\n"),
        ("RUN a && x > /dev/null 2>&1 && b\n", "RUN a && b\n"),
        ("RUN <<EOF\na\n  x\nb\nEOF\n", "RUN <<EOF\na\nb\nEOF\n"),
        ("RUN x\n", None),
        ("RUN a; x\n", None),  # the exit code would be a's
        ("RUN a && (b) && x\n", None),
        ("RUN a && export B=1 && x\n", None),
        ("RUN a && x | b\n", None),
        ("RUN a && x || b\n", None),
        ("RUN a || x\n", None),
        ("RUN a \\\n# why\n && x\n", None),
        ("RUN <<EOF\na; x\nEOF\n", None),
        ("RUN a && { x; }\n", None),
    ],
)
def test_remove_command(run: str, wanted: str | None) -> None:
    subject = _subject(run)
    first = subject.runs[0]
    command = next(c for c in first.script.commands if c.name == "x")
    assert _after(subject, remove_command(subject.tree, first, command)) == wanted


@pytest.mark.parametrize(
    ("run", "wanted"),
    [
        ("RUN apt-get install -y a\n", "RUN apt-get install -y --f a\n"),
        ("RUN apt-get -y install a\n", "RUN apt-get -y install --f a\n"),
        ("RUN sudo apt-get install \\\n  a\n", "RUN sudo apt-get install --f \\\n  a\n"),
        ('RUN ["apt-get", "install", "a"]\n', None),
    ],
)
def test_add_flag(run: str, wanted: str | None) -> None:
    subject = _subject(run)
    first = subject.runs[0]
    assert _after(subject, add_flag(first, first.calls[0], "--f")) == wanted


@pytest.mark.parametrize(
    ("run", "wanted"),
    [
        ("RUN a\n", "RUN --m --n a\n"),
        ("RUN a \\\n b\n", "RUN --m \\\n    --n \\\n    a \\\n b\n"),
        ("RUN a \\\r\n b\r\n", "RUN --m \\\r\n    --n \\\r\n    a \\\r\n b\r\n"),
        ("RUN \\\n  a\n", "RUN --m \\\n    --n \\\n  a\n"),
        ("RUN --network=none a \\\n b\n", "RUN --network=none --m --n a \\\n b\n"),
        ('RUN ["a"]\n', 'RUN --m --n ["a"]\n'),
    ],
)
def test_add_mounts(run: str, wanted: str) -> None:
    subject = _subject(run)
    assert _after(subject, add_mounts(subject.tree, subject.runs[0].instruction, "--m", "--n")) == wanted


@pytest.mark.parametrize(
    ("run", "wanted"),
    [
        ("RUN --network=host a\n", "RUN a\n"),
        ("RUN --mount=type=ssh  --network=host \\\n  a\n", "RUN --mount=type=ssh \\\n  a\n"),
        ("RUN \\\n  --network=host \\\n  a\n", None),
        ('RUN --network=host ["a"]', 'RUN ["a"]'),
    ],
)
def test_remove_run_flag(run: str, wanted: str | None) -> None:
    subject = _subject(run)
    flag = next(flag for flag in subject.tree.instructions[1].flags if flag.name == "network")
    assert _after(subject, remove_run_flag(subject.tree, flag)) == wanted


@pytest.mark.parametrize(
    ("run", "wanted"),
    [
        ("RUN a -o X=1 b\n", "RUN a b\n"),
        ("RUN a \\\n  -o X=1 \\\n  b\n", "RUN a \\\n  b\n"),
        ("RUN a X=1\n", "RUN a\n"),
        ('RUN ["a", "X=1"]\n', None),
    ],
)
def test_remove_option(run: str, wanted: str | None) -> None:
    subject = _subject(run)
    found = subject.runs[0]
    words = found.script.commands[0].words
    at = next(n for n, word in enumerate(words) if word.static == "X=1")
    assert _after(subject, remove_option(subject.tree, found.instruction, words, at)) == wanted
