"""Digests of files kept between runs: a tree that did not change costs a stat walk, not a re-read.

Enter paths with their stamps (size, mtime, ctime, inode); leave `sha256:` digests. A digest is kept only where no
later write could have left the same stamp: the file's times must lie well before the moment it was read, by the
clock of the file system itself (a file written for the purpose tells it, so a wrong or jumping system clock, or a
server's, does no harm). Everything else is read again: that costs time, never truth.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from pathlib import Path
from typing import BinaryIO

from bakehouse.build.identity import kept
from bakehouse.workspace.work_tree import Stamp

SETTLED_NANOSECONDS = 2_000_000_000
"""How old both times of a file must be: the coarsest file systems in use count in steps of two seconds."""

MOST_KEPT = 500_000
_FORMAT = "digests 1"
_Kept = dict[bytes, tuple[int, int, int, int, bytes]]


class ContentDigests:
    """Digests of the files below `root`, remembered in `store` (a file; it may be missing, or hold anything)."""

    def __init__(self, root: Path, store: Path) -> None:
        self._top = os.fsencode(root)
        self._store = store
        self._known: _Kept = kept.load(store, _FORMAT, _Kept) or {}
        self._used: set[bytes] = set()
        self._now: int | None = None
        self._fresh = 0

    def __call__(self, path: str, stamp: Stamp) -> str:
        """The digest of a file. Raises OSError where it cannot be read."""
        key = os.fsencode(path)
        known = self._known.get(key)
        self._used.add(key)
        if known is not None and known[:4] == stamp:
            return "sha256:" + known[4].hex()
        now = self._clock()
        digest, before, after = _read(self._top + b"/" + key)
        if before == after and max(after.modified, after.changed) < now - SETTLED_NANOSECONDS:
            self._known[key] = (*after, digest)
            self._fresh += 1
        elif self._known.pop(key, None) is not None:
            self._fresh += 1
        return "sha256:" + digest.hex()

    def save(self) -> None:
        """Keep what was learnt, in one step. A directory that cannot be written only costs the next run its time."""
        if not self._fresh:
            return
        known = self._known
        if len(known) > MOST_KEPT:
            known = {key: value for key, value in known.items() if key in self._used}
        kept.save(self._store, _FORMAT, known)
        self._fresh = 0

    def _clock(self) -> int:
        """Now, in nanoseconds: the earlier of the file system's clock and the system's, so that neither misleads.

        Asked once: an early answer is the careful one.
        """
        if self._now is None:
            probe = self._store.with_name(f"clock.{os.getpid()}")
            try:
                probe.write_bytes(b"")
                self._now = min(probe.stat().st_mtime_ns, time.time_ns())
                probe.unlink()
            except OSError:
                self._now = 0  # nothing can be kept here anyway
        return self._now


def _read(path: bytes) -> tuple[bytes, Stamp, Stamp]:
    """Content digest and the stamps around the reading. Raises OSError, also for what is no file any more."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags), "rb", buffering=0) as file:
        before = _stamp(file)
        digest = hashlib.file_digest(file, "sha256").digest()
        return digest, before, _stamp(file)


def _stamp(file: BinaryIO | object) -> Stamp:
    found = os.fstat(file.fileno())  # type: ignore[union-attr]
    if not stat.S_ISREG(found.st_mode):
        raise OSError("it is no regular file any more")
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
