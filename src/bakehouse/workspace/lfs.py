"""Pointers of Git LFS: small text files in a repository that stand for large ones elsewhere.

Enter the bytes of a file; leave the digest of the file it stands for. Format: the Git LFS specification, version 1.
"""

from __future__ import annotations

import re

from bakehouse.model.file_source import Entry

POINTER_BYTES = range(100, 512)
"""How large pointers are: version, oid and size make some 130 bytes, extensions a line more each."""

_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize [0-9]+\n\Z"
)


def pointed_at(data: bytes) -> str | None:
    """`sha256:...` of the file that a pointer stands for; None for what is no pointer."""
    found = _POINTER.match(data) if len(data) in POINTER_BYTES else None
    return f"sha256:{found[1].decode()}" if found else None


def may_be_pointer(entry: Entry) -> bool:
    """Whether a file has the size of a pointer, so that looking into it is worth it."""
    return entry.size in POINTER_BYTES
