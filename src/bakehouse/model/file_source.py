"""Where the files of a repository come from: the work tree, what git sees of it, or a revision of git.

Whoever reads a repository takes a `FileSource`; `workspace.work_tree` and `workspace.git_tree` satisfy it. Paths
are POSIX and relative to the workspace root; "" is the root. Names that are not UTF-8 keep their bytes
(`surrogateescape`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol


class EntryKind(StrEnum):
    """What a name in a directory is."""

    FILE = "file"
    LINK = "link"
    DIRECTORY = "dir"
    SUBMODULE = "submodule"  # a commit of another repository whose files are not here
    SPECIAL = "special"  # a socket, a pipe, a device


class Entry(NamedTuple):
    """One name in a directory. `mode` are the permission bits (0 for links), `size` is in bytes (0 for what is no
    file), `token` is the source's own business."""

    kind: EntryKind
    mode: int
    token: object = None
    size: int = 0


class FileSource(Protocol):
    """A tree of files to read. What is not there, or may not be read, raises OSError."""

    def entries(self, directory: str) -> Mapping[str, Entry]:
        """The names in a directory, in byte order of the names."""

    def entry(self, path: str) -> Entry | None:
        """What is at a path, links not followed; None where there is nothing."""

    def followed(self, path: str) -> Entry | None:
        """What is at a path when all links are followed; None where there is nothing, or links lead in a circle."""

    def read(self, path: str) -> bytes:
        """The content of a file, links followed within the tree."""

    def link(self, path: str) -> str:
        """Where a symbolic link points, as written in it."""

    def digest(self, path: str) -> str:
        """The content of a file as an id: `sha256:` and 64 hex digits, or, from git alone, the name of its blob."""
