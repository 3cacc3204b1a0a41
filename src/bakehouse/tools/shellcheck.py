"""Argv of ShellCheck (the binary comes with the extra `bakehouse[shellcheck]`)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

# What a RUN cannot know or need not care about: variables that ARG or ENV set, files that it sources.
EXCLUDED = ("SC1090", "SC1091", "SC2148", "SC2154")


def program() -> str:
    """The binary beside our interpreter, where the extra puts it, else the one on PATH."""
    beside = Path(sys.executable).with_name("shellcheck")
    return str(beside) if beside.exists() else "shellcheck"


def check(dialect: str, files: Sequence[str]) -> tuple[str, ...]:
    """Check scripts of one dialect (sh, bash, dash, ksh); prints one JSON object with all comments.

    Exit code 0: nothing found, 1: something found, else it could not work.
    """
    return (program(), "--format=json1", "--norc", f"--shell={dialect}", f"--exclude={','.join(EXCLUDED)}", *files)
