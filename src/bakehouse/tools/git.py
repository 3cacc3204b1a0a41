"""Argv of git: the revision of a work tree and whether it is clean."""

from __future__ import annotations

from pathlib import Path


def revision(root: Path) -> tuple[str, ...]:
    """The commit that is checked out."""
    return ("git", "-C", str(root), "rev-parse", "HEAD")


def status(root: Path) -> tuple[str, ...]:
    """Changed and untracked files below `root`, NUL-separated; empty output means clean."""
    return ("git", "-C", str(root), "status", "--porcelain", "-z", "--", ".")


def version() -> tuple[str, ...]:
    """git's version line."""
    return ("git", "--version")
