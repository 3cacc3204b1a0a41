"""Argv of git: revisions, what a revision holds, and how the work tree differs. Paths in the output are relative to
the directory that is asked about, and end with NUL."""

from __future__ import annotations

from pathlib import Path


def revision(root: Path) -> tuple[str, ...]:
    """The commit that is checked out."""
    return ("git", "-C", str(root), "rev-parse", "HEAD")


def commit(root: Path, name: str) -> tuple[str, ...]:
    """The commit that a name means; fails where it means none."""
    return ("git", "-C", str(root), "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")


def status(root: Path) -> tuple[str, ...]:
    """Changed and untracked files below `root`, NUL-separated; empty output means clean."""
    return ("git", "-C", str(root), "status", "--porcelain", "-z", "--", ".")


def list_tree(root: Path, name: str) -> tuple[str, ...]:
    """All files of a commit below `root`: mode, type, object, path."""
    return ("git", "-C", str(root), "ls-tree", "-r", "-z", name)


def changes(root: Path, name: str) -> tuple[str, ...]:
    """How the tracked files below `root` differ from a commit: modes, objects, path."""
    return ("git", "-C", str(root), "diff", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff",
            "--ignore-submodules=none", "--relative", name, "--", ".")  # fmt: skip


def untracked(root: Path) -> tuple[str, ...]:
    """Files below `root` that git neither tracks nor ignores."""
    return ("git", "-C", str(root), "ls-files", "--others", "--exclude-standard", "-z")


def blobs(root: Path) -> tuple[str, ...]:
    """A process that answers object names on stdin with a header line, the bytes and a newline."""
    return ("git", "-C", str(root), "cat-file", "--batch")


def version() -> tuple[str, ...]:
    """git's version line."""
    return ("git", "--version")


def prefix(root: Path) -> tuple[str, ...]:
    """Where a directory lies below the top of its repository; an empty line for the top itself."""
    return ("git", "-C", str(root), "rev-parse", "--show-prefix")


def worktree_add(root: Path, path: Path, name: str) -> tuple[str, ...]:
    """Check a revision out into a new directory beside the work tree, on no branch."""
    return ("git", "-C", str(root), "worktree", "add", "--quiet", "--detach", str(path), name)


def worktree_remove(root: Path, path: Path) -> tuple[str, ...]:
    """Remove such a directory, whatever is in it."""
    return ("git", "-C", str(root), "worktree", "remove", "--force", str(path))
