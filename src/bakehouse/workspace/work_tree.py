"""The work tree as a `FileSource`: each directory is read once, and each file's content hashed at most once.

Enter the root and, where digests are wanted again, a function that knows contents by their stamps
(`build.identity.ContentDigests` keeps them between runs); leave entries, contents and digests as they are on the
disk now, whatever git thinks.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from bakehouse.model.file_source import Entry, EntryKind


class Stamp(NamedTuple):
    """What changes whenever a file's content does: size in bytes, both times in nanoseconds, and the inode."""

    size: int
    modified: int
    changed: int
    inode: int


Digest = Callable[[str, Stamp], str]
"""Path below the root and its stamp -> `sha256:...` of the content. Raises OSError."""


class WorkTree:
    """The files below `root`. What changes while it is in use may be seen or not: make a new one to look again."""

    def __init__(self, root: Path, digest: Digest | None = None) -> None:
        self._top = str(root)
        self._digest = digest or self._read_digest
        self._directories: dict[str, Mapping[str, Entry]] = {}

    def entries(self, directory: str) -> Mapping[str, Entry]:
        """The names in a directory. Raises OSError."""
        found = self._directories.get(directory)
        if found is None:
            with os.scandir(self._absolute(directory)) as names:
                read = ((name.name, _entry(name)) for name in names)
                found = dict(sorted(((name, entry) for name, entry in read if entry is not None), key=_by_name))
            self._directories[directory] = found
        return found

    def entry(self, path: str) -> Entry | None:
        """What is at a path; links are not followed, in its directory neither."""
        if path in ("", "."):
            return Entry(EntryKind.DIRECTORY, 0o755)
        directory, _, name = path.rpartition("/")
        if directory:
            above = self.entry(directory)
            if above is None or above.kind is not EntryKind.DIRECTORY:
                return None
        try:
            return self.entries(directory).get(name)
        except OSError:
            return None

    def followed(self, path: str) -> Entry | None:
        """What is at a path when all links are followed, wherever they lead."""
        found = self.entry(path)
        if found is not None and found.kind is not EntryKind.LINK:
            return found
        try:
            return _entry_of(Path(self._absolute(path)).stat())
        except (OSError, ValueError):  # ValueError: a name that no file can have
            return None

    def read(self, path: str) -> bytes:
        """The content of a file. Raises OSError."""
        return Path(self._absolute(path)).read_bytes()

    def link(self, path: str) -> str:
        """Where a symbolic link points. Raises OSError."""
        return str(Path(self._absolute(path)).readlink())

    def digest(self, path: str) -> str:
        """`sha256:` of a file's content, from memory where its stamps say that it is the same. Raises OSError."""
        directory, _, name = path.rpartition("/")
        entry = self.entries(directory).get(name)
        if entry is None or not isinstance(entry.token, Stamp):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return self._digest(path, entry.token)

    def _read_digest(self, path: str, _: Stamp) -> str:
        with Path(self._absolute(path)).open("rb", buffering=0) as file:
            return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()

    def _absolute(self, path: str) -> str:
        return f"{self._top}/{path}" if path not in ("", ".") else self._top


def _by_name(pair: tuple[str, Entry]) -> str:
    return pair[0]


def _entry(name: os.DirEntry[str]) -> Entry | None:
    """What a name is; None where it went away meanwhile."""
    try:
        return _entry_of(name.stat(follow_symlinks=False))
    except FileNotFoundError:
        return None


def _entry_of(found: os.stat_result) -> Entry:
    mode = found.st_mode
    if stat.S_ISREG(mode):
        stamp = Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
        return Entry(EntryKind.FILE, stat.S_IMODE(mode), stamp, found.st_size)
    if stat.S_ISDIR(mode):
        return Entry(EntryKind.DIRECTORY, stat.S_IMODE(mode))
    if stat.S_ISLNK(mode):
        return Entry(EntryKind.LINK, 0)
    return Entry(EntryKind.SPECIAL, stat.S_IMODE(mode))
