"""A tree of files as git has it, as a `FileSource`: a revision, or the work tree as git sees it.

Enter what git lists (`parse_tree` and `parse_changes` read it) and a function that gives the bytes of a path; leave
entries and contents. Git knows neither empty directories nor modes beyond the executable bit, so files have 0644 or
0755.
"""

from __future__ import annotations

import errno
import os
import posixpath
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from bakehouse.model.file_source import Entry, EntryKind

MOST_LINKS = 40
_ABSENT = "000000"
_KINDS = {"120000": EntryKind.LINK, "160000": EntryKind.SUBMODULE, "040000": EntryKind.DIRECTORY}


class GitFile(NamedTuple):
    """One path in a tree of git: its mode as git writes it (100644, 100755, 120000, 160000) and its object."""

    mode: str
    object: str


class GitChange(NamedTuple):
    """A path that differs between a revision and the work tree; None where it is not there. An object that git has
    not hashed (a change that was not added) is all zeros."""

    before: GitFile | None
    after: GitFile | None


Read = Callable[[str, GitFile], bytes]
"""Path and what git says of it -> the bytes. Raises OSError."""


def parse_tree(listing: bytes) -> dict[str, GitFile]:
    """What `git ls-tree -r -z` lists: path -> file."""
    found: dict[str, GitFile] = {}
    for line in listing.decode("utf-8", "surrogateescape").split("\0"):
        if line:
            head, _, path = line.partition("\t")
            found[path] = GitFile(sys.intern(head[:6]), head[head.rfind(" ") + 1 :])
    return found


def parse_changes(listing: bytes) -> dict[str, GitChange]:
    """What `git diff --raw -z --no-renames --no-abbrev` lists: path -> change."""
    parts = iter(listing.split(b"\0"))
    found: dict[str, GitChange] = {}
    for head in parts:
        if not head.startswith(b":"):
            continue
        old_mode, new_mode, old, new, _ = head[1:].decode("ascii").split(" ")
        path = os.fsdecode(next(parts))
        before = None if old_mode == _ABSENT else GitFile(old_mode, old)
        after = None if new_mode == _ABSENT else GitFile(new_mode, new)
        previous = found.get(path)  # an unmerged path comes twice
        found[path] = GitChange(before or (previous.before if previous else None), after)
    return found


class GitTree:
    """Files by path. `digest` turns a file into an id of its content; without one, git's own object name serves."""

    def __init__(
        self, files: Mapping[str, GitFile], read: Read, digest: Callable[[str, GitFile], str] | None = None
    ) -> None:
        self.files = files
        self._read = read
        self._digest = digest
        self._names = _directories(files)
        self._entries: dict[str, Mapping[str, Entry]] = {}

    def with_changes(self, changes: Mapping[str, GitFile | None], read: Read) -> GitTree:
        """This tree with some paths replaced or (None) taken out. What is the same is shared."""
        tree = GitTree.__new__(GitTree)
        tree._read, tree._digest = read, self._digest
        tree.files = {path: file for path, file in self.files.items() if path not in changes}
        tree.files |= {path: file for path, file in changes.items() if file is not None}
        names = dict(self._names)
        fresh: set[str] = set()
        for path, file in changes.items():
            _place(names, fresh, path, file)
        tree._names = names
        tree._entries = {}
        return tree

    @property
    def links(self) -> frozenset[str]:
        """The paths of all symbolic links."""
        return frozenset(path for path, file in self.files.items() if file.mode == "120000")

    def entries(self, directory: str) -> Mapping[str, Entry]:
        """The names in a directory. Raises FileNotFoundError, NotADirectoryError."""
        directory = "" if directory == "." else directory
        found = self._entries.get(directory)
        if found is None:
            names = self._names.get(directory)
            if names is None:
                number = errno.ENOTDIR if directory in self.files else errno.ENOENT
                raise OSError(number, os.strerror(number), directory)
            found = self._entries[directory] = {name: _entry(names[name]) for name in sorted(names)}
        return found

    def entry(self, path: str) -> Entry | None:
        """What is at a path, links not followed."""
        if path in ("", "."):
            return Entry(EntryKind.DIRECTORY, 0o755)
        directory, _, name = path.rpartition("/")
        names = self._names.get(directory)
        return _entry(names[name]) if names is not None and name in names else None

    def followed(self, path: str) -> Entry | None:
        """What is at a path when all links are followed inside the tree."""
        found = self._resolve(path)
        return None if found is None else self.entry(found)

    def behind(self, path: str) -> GitFile | None:
        """The file at a path, links followed; None where there is none."""
        found = self._resolve(path)
        return self.files.get(found) if found is not None else None

    def read(self, path: str) -> bytes:
        """The content of a file, links followed. Raises OSError."""
        found = self._resolve(path)
        file = self.files.get(found) if found is not None else None
        if found is None or file is None or file.mode == "160000":
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return self._read(found, file)

    def link(self, path: str) -> str:
        """Where a symbolic link points. Raises OSError."""
        file = self.files.get(path)
        if file is None or file.mode != "120000":
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
        return os.fsdecode(self._read(path, file))

    def digest(self, path: str) -> str:
        """An id of a file's content. Raises OSError."""
        file = self.files.get(path)
        if file is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return self._digest(path, file) if self._digest is not None else f"git:{file.object}"

    def _resolve(self, path: str) -> str | None:
        """The path without links; None where there is nothing, or they lead in a circle or out of the tree."""
        todo = [part for part in reversed(path.split("/")) if part not in ("", ".")]
        at, links = "", 0
        while todo:
            part = todo.pop()
            if part == "..":
                if not at:
                    return None
                at = posixpath.dirname(at)
                continue
            here = f"{at}/{part}" if at else part
            entry = self.entry(here)
            if entry is None:
                return None
            if entry.kind is not EntryKind.LINK:
                at = here
                continue
            links += 1
            target = self.link(here)
            if links > MOST_LINKS or target.startswith("/"):
                return None
            todo += [p for p in reversed(target.split("/")) if p not in ("", ".")]
        return at


_Names = dict[str, dict[str, GitFile | None]]
"""Directory -> name -> file; None for a directory."""


def _entry(file: GitFile | None) -> Entry:
    if file is None:
        return Entry(EntryKind.DIRECTORY, 0o755)
    kind = _KINDS.get(file.mode, EntryKind.FILE)
    mode = (0o755 if file.mode == "100755" else 0o644) if kind is EntryKind.FILE else 0
    return Entry(kind, mode, file.object)


def _directories(files: Mapping[str, GitFile]) -> _Names:
    found: _Names = {"": {}}
    for path, file in files.items():
        directory, _, name = path.rpartition("/")
        names = found.get(directory)
        if names is None:
            names = _make(found, directory)
        names[name] = file
    return found


def _make(found: _Names, directory: str) -> dict[str, GitFile | None]:
    """A new directory, and those above it that are missing."""
    names: dict[str, GitFile | None] = {}
    found[directory] = names
    parent, _, name = directory.rpartition("/")
    above = found.get(parent)
    if above is None:
        above = _make(found, parent)
    above[name] = None
    return names


def _place(found: _Names, fresh: set[str], path: str, file: GitFile | None) -> None:
    """Put one path in or take it out; directories are copied once before they change."""
    directory, _, name = path.rpartition("/")
    if file is not None:
        _own(found, fresh, directory)[name] = file
        return
    while name and directory in found:
        names = _own(found, fresh, directory)
        names.pop(name, None)
        if names or not directory:
            return
        del found[directory]
        fresh.discard(directory)
        directory, _, name = directory.rpartition("/")


def _own(found: _Names, fresh: set[str], directory: str) -> dict[str, GitFile | None]:
    """A directory's names, ours to change."""
    if directory not in fresh:
        fresh.add(directory)
        if directory in found:
            found[directory] = dict(found[directory])
        else:
            found[directory] = {}
            parent, _, name = directory.rpartition("/")
            _own(found, fresh, parent)[name] = None
    return found[directory]


def paths_of(listing: bytes) -> Iterable[str]:
    """What a NUL-separated list of git holds."""
    return (os.fsdecode(path) for path in listing.split(b"\0") if path)
