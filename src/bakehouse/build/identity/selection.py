"""Which files of a context a build can take: sources of COPY, ADD and mounts go in, paths with entries come out.

As BuildKit does it: the ignore file decides first; a source that is a symbolic link (or leads through one) is
followed inside the context, links below a copied directory are links; a directory counts where nothing below it
does. Wildcards with brackets or backslashes are taken for `*`: more than needed, never less.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from bakehouse.build.identity.demand import Take
from bakehouse.dockerfile.ignore import IgnoreMatcher, Visit
from bakehouse.model.file_source import Entry, EntryKind, FileSource

MOST_LINKS = 64
"""Links followed on the way to one source before it counts as a loop (BuildKit gives up at 255)."""

UNREADABLE = "(unreadable)"
Found = tuple[str, Entry]


class Selection:
    """The files of one context under one ignore file; asked once for each source, walks remembered."""

    def __init__(self, files: FileSource, context: str, matcher: IgnoreMatcher) -> None:
        self.files = files
        self.context = "" if context == "." else context
        self.matcher = matcher
        self._visits: dict[str, Visit] = {}
        self._walks: dict[str, tuple[Found, ...]] = {}

    def take(self, take: Take) -> Iterator[Found]:
        """What a source takes: workspace-relative paths with their entries; links on the way to it too."""
        parts = tuple(part for part in take.path.split("/") if part not in ("", "."))
        yield from self._follow("", parts, take.pattern, 0)

    def _follow(self, at: str, parts: tuple[str, ...], pattern: bool, links: int) -> Iterator[Found]:
        """What `parts` name below the directory `at` (relative to the context)."""
        if not parts:
            yield from self.below(at)
            return
        name, rest = parts[0], parts[1:]
        if pattern and any(char in name for char in "*?[\\"):
            expression = _expression(name)
            for found in self._names(at):
                if expression.fullmatch(found):
                    yield from self._enter(at, found, rest, pattern, links)
        else:
            yield from self._enter(at, name, rest, pattern, links)

    def _enter(self, at: str, name: str, rest: tuple[str, ...], pattern: bool, links: int) -> Iterator[Found]:
        path = f"{at}/{name}" if at else name
        names = self._names(at)
        entry = names.get(name)
        if entry is None:
            if UNREADABLE in names:
                yield self._doubt(at, "cannot be read")
            return
        if entry.kind is EntryKind.DIRECTORY:
            yield from self._follow(path, rest, pattern, links)
            return
        if not self.visit(path, is_directory=False).excluded:
            yield self._full(path), entry
        if entry.kind is EntryKind.LINK:
            if links >= MOST_LINKS:
                yield self._doubt(path, "is a symbolic link that leads back to itself")
                return
            try:
                written = self.files.link(self._full(path))
            except OSError as error:
                yield self._doubt(path, f"cannot be read: {error.strerror}")
                return
            yield from self._follow("", (*self._target(at, written), *rest), pattern, links + 1)

    def _target(self, at: str, written: str) -> tuple[str, ...]:
        """Where a link points, from the context's root, which it cannot leave."""
        joined = posixpath.normpath("/" + posixpath.join("" if written.startswith("/") else at, written))
        return tuple(part for part in joined.split("/") if part)

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

    def _doubt(self, path: str, reason: str) -> Found:
        """Something that stands for files nobody could look at: it makes an identity unknowable."""
        return self._full(path), Entry(EntryKind.SPECIAL, 0, reason)

    def _names(self, directory: str) -> Mapping[str, Entry]:
        """The names in a directory; one that cannot be read has a single name that nobody can look at."""
        try:
            return self.files.entries(self._full(directory) if directory else self.context)
        except (NotADirectoryError, FileNotFoundError):
            return {}
        except OSError as error:
            return {UNREADABLE: Entry(EntryKind.SPECIAL, 0, f"cannot be read: {error.strerror}")}

    def _full(self, path: str) -> str:
        return f"{self.context}/{path}" if self.context else path


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
