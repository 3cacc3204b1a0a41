"""Bytes that come in chunks, read like a file, with their number and digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator


class Counted:
    """Passes chunks on; knows how many bytes they were, and their digest."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._hash = hashlib.sha256()
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self._hash.update(chunk)
        self.count += len(chunk)
        return chunk

    @property
    def digest(self) -> str:
        """`sha256:...` of what has passed."""
        return f"sha256:{self._hash.hexdigest()}"


class ChunkReader:
    """A file that can only be read on; all that tarfile needs of a stream."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer at the end."""
        parts, missing = [self._rest], size - len(self._rest)
        while missing > 0:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            parts.append(chunk)
            missing -= len(chunk)
        data = b"".join(parts)
        self._rest = data[size:]
        return data[:size]

    def drain(self) -> bool:
        """Read to the end; whether anything but zeros was left."""
        found = any(self._rest)
        self._rest = b""
        for chunk in self._chunks:
            found = found or chunk.count(0) != len(chunk)
        return found
