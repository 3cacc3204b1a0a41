"""What the shell of a RUN does when a command fails, wherever that is said."""

from __future__ import annotations

import pytest

from bakehouse.lint.shell_options import interpreter, sets_errexit, sets_pipefail
from bakehouse.lint.subject import Run, Subject


def _run(text: str) -> Run:
    return Subject("Dockerfile", f"FROM debian:12\n{text}\n".encode()).runs[-1]


@pytest.mark.parametrize(
    "text",
    [
        "RUN set -e; a",
        "RUN set -eux && a",
        "RUN set -o errexit && a",
        'SHELL ["/bin/bash", "-euo", "pipefail", "-c"]\nRUN a',
        "RUN <<EOF\n#!/bin/sh -e\na\nEOF",
        "RUN <<EOF bash -ex\na\nEOF",
        "RUN <<EOF\nset -e\na\nEOF",
    ],
)
def test_stops_at_an_error(text: str) -> None:
    assert sets_errexit(_run(text))


@pytest.mark.parametrize(
    "text", ["RUN a", "RUN set -x; a", "RUN echo -e; a", "RUN <<EOF\na\nEOF", 'SHELL ["/bin/bash", "-c"]\nRUN a']
)
def test_goes_on(text: str) -> None:
    assert not sets_errexit(_run(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("RUN set -o pipefail; a", True),
        ('SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a', True),
        ("RUN <<EOF bash -o pipefail\na\nEOF", True),
        ("RUN <<EOF\n#!/bin/bash -o pipefail\na\nEOF", True),
        ("RUN a | b", False),
        ("RUN <<EOF\na | b\nEOF", False),
    ],
)
def test_pipefail(text: str, wanted: bool) -> None:
    assert sets_pipefail(_run(text)) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("RUN a", "sh"),
        ('SHELL ["/bin/bash", "-c"]\nRUN a', "bash"),
        ("RUN <<EOF\n#!/usr/bin/env bash\na\nEOF", "bash"),
        ("RUN <<EOF bash\na\nEOF", "bash"),
        ("RUN bash <<EOF\na\nEOF", "bash"),
    ],
)
def test_interpreter(text: str, wanted: str) -> None:
    assert interpreter(_run(text)) == wanted


def test_chain_leaves_out_what_is_nested() -> None:
    run = _run("RUN a && (b; c) && if d; then e; fi && f $(g)")
    assert [command.name for command in run.chain] == ["a", "f"]
