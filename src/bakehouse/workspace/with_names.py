"""A `FileSource` with some more names: files that are gone, put back as names so that it shows who would take them.

Enter a source and paths; leave the source with a file of no content at each path where it has nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bakehouse.model.file_source import Entry, EntryKind, FileSource


class WithNames:
    """`source`, and empty files at those of `paths` where it has nothing."""

    def __init__(self, source: FileSource, paths: Iterable[str]) -> None:
        self._source = source
        self._added: dict[str, dict[str, Entry]] = {}
        for path in paths:
            if source.entry(path) is None:
                self._add(path, Entry(EntryKind.FILE, 0o644))

    def _add(self, path: str, entry: Entry) -> None:
        directory, _, name = path.rpartition("/")
        self._added.setdefault(directory, {})[name] = entry
        if directory and self.entry(directory) is None:
            self._add(directory, Entry(EntryKind.DIRECTORY, 0o755))

    def entries(self, directory: str) -> Mapping[str, Entry]:
        """The names in a directory, added ones too. Raises OSError."""
        added = self._added.get(directory)
        if added is None:
            return self._source.entries(directory)
        try:
            there = self._source.entries(directory)
        except FileNotFoundError:
            there = {}
        return dict(sorted({**added, **there}.items()))

    def entry(self, path: str) -> Entry | None:
        """What is at a path, links not followed."""
        directory, _, name = path.rpartition("/")
        return self._source.entry(path) or self._added.get(directory, {}).get(name)

    def followed(self, path: str) -> Entry | None:
        """What is at a path, links followed."""
        return self._source.followed(path) or self.entry(path)

    def read(self, path: str) -> bytes:
        """The content of a file that is there. Raises OSError."""
        return self._source.read(path)

    def link(self, path: str) -> str:
        """Where a link points. Raises OSError."""
        return self._source.link(path)

    def digest(self, path: str) -> str:
        """The digest of a file that is there. Raises OSError."""
        return self._source.digest(path)
