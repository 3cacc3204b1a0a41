"""Which files of a context a build can take: sources of COPY, ADD and mounts go in, paths with entries come out.

As BuildKit does it: the ignore file decides first; a source that is a symbolic link (or leads through one) is
followed inside the context, links below a copied directory are links; a directory counts where nothing below it
does. Wildcards with brackets or backslashes are taken for `*`: more than needed, never less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from bakehouse.build.identity.demand import Take
from bakehouse.dockerfile.ignore import IgnoreMatcher, Visit
from bakehouse.model.file_source import Entry, EntryKind, FileSource
from bakehouse.workspace.lfs import Pointers

MOST_LINKS = 64
"""Links followed on the way to one source before it counts as a loop (BuildKit gives up at 255)."""

UNREADABLE = "(unreadable)"
Found = tuple[str, Entry]


class Taken(NamedTuple):
    """One file, link or empty directory: its name for the build, where it is, and what. Both workspace-relative."""

    name: str
    path: str
    entry: Entry


class Selection:
    """The files of one context under one ignore file; asked once for each source, walks remembered."""

    def __init__(self, files: FileSource, context: str, matcher: IgnoreMatcher) -> None:
        self.files = files
        self.pointers = Pointers(files)
        self.context = "" if context == "." else context
        self.matcher = matcher
        self._visits: dict[str, Visit] = {}
        self._walks: dict[str, tuple[Found, ...]] = {}

    def take(self, take: Take) -> Iterator[Taken]:
        """What a source takes, under the names that the source has for it.

        BuildKit follows a source that is a link before it looks, so the link makes no difference of its own. Links in
        the middle of a path count all the same, since its client does not send all that lies behind them; and those
        of mounts and wildcards, to be sure.
        """
        for top, asked, doubt in self.starts(take):
            if doubt is not None:
                yield Taken(f"./{top}", top, doubt)
                continue
            start = self._inner(top)
            for path, entry in self.below(start) if self._is_directory(start) else self._single(start):
                yield Taken(_join(asked, path[len(top) + 1 :] if top else path), path, entry)

    def starts(self, take: Take) -> Iterator[tuple[str, str, Entry | None]]:
        """Where a source leads: the real path, the path as it was asked for (both workspace-relative), and None.

        Or an entry in place of None: a link that counts by itself, or something that nobody can look at.
        """
        parts = tuple((part, True) for part in take.path.split("/") if part not in ("", "."))
        pending: list[tuple[str, str, tuple[tuple[str, bool], ...], int]] = [("", "", parts, 0)]
        while pending:
            at, asked, todo, links = pending.pop()
            if not todo:
                yield self._full(at), self._full(asked), None
                continue
            (name, counts), rest = todo[0], todo[1:]
            if name == "..":  # of a link: from where it really is, and never out of the context
                pending.append((at.rpartition("/")[0], asked, rest, links))
                continue
            for match, entry in self._matches(at, name, pattern=take.pattern and counts):
                path, here = _join(at, match), _join(asked, match) if counts else asked
                if entry.kind is EntryKind.LINK:
                    if self.visit(path, is_directory=False).excluded:
                        continue
                    target, doubt = self._target(path, links)
                    if doubt is not None or rest or take.pattern or take.mount:
                        yield self._full(path), self._full(path), doubt or entry
                    if doubt is None:
                        begin = "" if target.startswith("/") else at
                        through = tuple((part, False) for part in target.split("/") if part not in ("", "."))
                        pending.append((begin, here, (*through, *rest), links + 1))
                elif entry.kind is EntryKind.SPECIAL:
                    yield self._full(path), self._full(path), entry
                elif entry.kind is EntryKind.DIRECTORY or not rest:
                    pending.append((path, here, rest, links))

    def _matches(self, directory: str, name: str, *, pattern: bool) -> list[tuple[str, Entry]]:
        names = self._names(directory)
        if UNREADABLE in names:
            return [(UNREADABLE, names[UNREADABLE])]
        if pattern and any(char in name for char in "*?[\\"):
            expression = _expression(name)
            return [(found, entry) for found, entry in names.items() if expression.fullmatch(found)]
        return [(name, names[name])] if name in names else []

    def _target(self, path: str, links: int) -> tuple[str, Entry | None]:
        """Where a link points, as written; or an entry that says why that is not known."""
        if links >= MOST_LINKS:
            return "", Entry(EntryKind.SPECIAL, 0, "is a symbolic link that leads back to itself")
        try:
            return self.files.link(self._full(path)), None
        except OSError as error:
            return "", Entry(EntryKind.SPECIAL, 0, f"is a symbolic link that cannot be read: {error.strerror}")

    def _is_directory(self, path: str) -> bool:
        if not path:
            return True
        directory, _, name = path.rpartition("/")
        return self._names(directory)[name].kind is EntryKind.DIRECTORY

    def _single(self, path: str) -> Iterator[Found]:
        directory, _, name = path.rpartition("/")
        if not self.visit(path, is_directory=False).excluded:
            yield self._full(path), self._names(directory)[name]

    def below(self, directory: str) -> tuple[Found, ...]:
        """All that is taken with a directory (relative to the context; "" is all of it)."""
        found = self._walks.get(directory)
        if found is None:
            found = self._walks[directory] = tuple(self._walk(directory))
        return found

    def _walk(self, directory: str) -> Iterator[Found]:
        """Without recursion, so that no tree is too deep. A directory from which nothing is taken stands for itself."""
        own = self.visit(directory, is_directory=True) if directory else None
        if own is not None and own.prune:
            return
        pending: list[tuple[str, Visit | None]] = [(directory, own)]
        filled: set[str] = set()
        empty: list[Found] = []
        if own is not None and not own.excluded:
            empty.append((directory, Entry(EntryKind.DIRECTORY, 0)))
        while pending:
            here, above = pending.pop()
            any_file = False
            for name, entry in self._names(here).items():
                path = f"{here}/{name}" if here else name
                is_directory = entry.kind is EntryKind.DIRECTORY
                visit = self.matcher.visit(path, above, is_directory=is_directory)
                if is_directory:
                    if not visit.excluded:
                        empty.append((path, entry))
                    if not visit.prune:
                        pending.append((path, visit))
                elif not visit.excluded:
                    any_file = True
                    yield self._full(path), entry
            if any_file:
                _fill(filled, here)
        for path, entry in reversed(empty):
            if path not in filled:
                _fill(filled, path)
                yield self._full(path), entry

    def excluded(self, path: str) -> bool:
        """Whether the ignore file leaves out a workspace-relative path below the context."""
        return self.visit(self._inner(path), is_directory=False).excluded

    def visit(self, path: str, *, is_directory: bool) -> Visit:
        """The ignore file's verdict on a path, given those on the directories above it."""
        if not is_directory:
            return self.matcher.visit(path, self._above(path))
        found = self._visits.get(path)
        if found is None:
            found = self._visits[path] = self.matcher.visit(path, self._above(path), is_directory=True)
        return found

    def _above(self, path: str) -> Visit | None:
        parent = path.rpartition("/")[0]
        return self.visit(parent, is_directory=True) if parent else None

    def _names(self, directory: str) -> Mapping[str, Entry]:
        """The names in a directory; one that cannot be read has a single name that nobody can look at."""
        try:
            return self.files.entries(self._full(directory) if directory else self.context)
        except (NotADirectoryError, FileNotFoundError):
            return {}
        except OSError as error:
            return {UNREADABLE: Entry(EntryKind.SPECIAL, 0, f"cannot be read: {error.strerror}")}

    def _full(self, path: str) -> str:
        return _join(self.context, path)

    def _inner(self, path: str) -> str:
        return path[len(self.context) + 1 :] if self.context else path


def _join(directory: str, name: str) -> str:
    return f"{directory}/{name}" if directory and name else directory or name


def _fill(filled: set[str], path: str) -> None:
    while path and path not in filled:
        filled.add(path)
        path = path.rpartition("/")[0]


@lru_cache(maxsize=1024)
def _expression(segment: str) -> re.Pattern[str]:
    """One part of a path with Go's wildcards, brackets and backslashes widened."""
    if "[" in segment or "\\" in segment:
        return re.compile(r".*", re.DOTALL)
    return re.compile("".join({"*": ".*", "?": "."}.get(c) or re.escape(c) for c in segment), re.DOTALL)
