"""A tree of files with some of them changed in memory: what fixes have done so far, before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from bakehouse.model.file_source import Entry, EntryKind, FileSource


class Overlay:
    """`source` as it would be with `changed` (path -> bytes) written into it. A `FileSource` itself."""

    def __init__(self, source: FileSource, changed: Mapping[str, bytes]) -> None:
        self._source = source
        self._changed = changed

    def entries(self, directory: str) -> Mapping[str, Entry]:
        """The names in a directory. Raises OSError."""
        found = self._source.entries(directory)
        prefix = "" if directory in ("", ".") else f"{directory}/"
        new = {p[len(prefix) :]: d for p, d in self._changed.items() if p.startswith(prefix)}
        here = {name: self._entry(found.get(name), data) for name, data in new.items() if "/" not in name}
        return dict(sorted({**found, **here}.items())) if here else found

    def entry(self, path: str) -> Entry | None:
        """What is at a path, links not followed."""
        found = self._source.entry(path)
        return self._entry(found, self._changed[path]) if path in self._changed else found

    def followed(self, path: str) -> Entry | None:
        """What is at a path when all links are followed."""
        return self.entry(path) if path in self._changed else self._source.followed(path)

    def read(self, path: str) -> bytes:
        """The content of a file. Raises OSError."""
        return self._changed[path] if path in self._changed else self._source.read(path)

    def link(self, path: str) -> str:
        """Where a symbolic link points. Raises OSError."""
        return self._source.link(path)

    def digest(self, path: str) -> str:
        """`sha256:` of a file's content. Raises OSError."""
        if path in self._changed:
            return "sha256:" + hashlib.sha256(self._changed[path]).hexdigest()
        return self._source.digest(path)

    def _entry(self, before: Entry | None, data: bytes) -> Entry:
        return Entry(EntryKind.FILE, before.mode if before else 0o644, None, len(data))
