"""Pointers of Git LFS: small text files in a repository that stand for large ones elsewhere.

Enter the bytes of a file; leave the digest of the file it stands for. Format: the Git LFS specification, version 1.
"""

from __future__ import annotations

import re

from bakehouse.model.file_source import Entry, FileSource

POINTER_BYTES = range(100, 512)
"""How large pointers are: version, oid and size make some 130 bytes, extensions a line more each."""

_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize [0-9]+\n\Z"
)


def pointed_at(data: bytes) -> str | None:
    """`sha256:...` of the file that a pointer stands for; None for what is no pointer."""
    found = _POINTER.match(data) if len(data) in POINTER_BYTES else None
    return f"sha256:{found[1].decode()}" if found else None


class Pointers:
    """Finds pointers that lie where their files should be. Only where .gitattributes speak of LFS is anything read."""

    def __init__(self, files: FileSource) -> None:
        self._files = files
        self._filtered: dict[str, bool] = {}

    def is_pointer(self, path: str, entry: Entry) -> bool:
        """Whether the file at a path is a pointer. Raises OSError."""
        if entry.size not in POINTER_BYTES or not self._is_filtered(path.rpartition("/")[0]):
            return False
        return pointed_at(self._files.read(path)) is not None

    def _is_filtered(self, directory: str) -> bool:
        """Whether attributes of the directory, or of one above it, send files through LFS."""
        found = self._filtered.get(directory)
        if found is None:
            above = bool(directory) and self._is_filtered(directory.rpartition("/")[0])
            found = self._filtered[directory] = above or self._names_lfs(directory)
        return found

    def _names_lfs(self, directory: str) -> bool:
        path = f"{directory}/.gitattributes" if directory else ".gitattributes"
        try:
            return self._files.entry(path) is not None and b"filter=lfs" in self._files.read(path)
        except OSError:
            return False
