"""What registries once said of identities, kept in the workspace: which image one names never changes.

In: records a registry confirmed. Out: the same, next time, so that an unchanged fleet costs one HEAD a target. A file
that cannot be read counts as empty: then the registry is asked again.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bakehouse.build.identity_record import IdentityRecord

FORMAT = 1
KEEP_SECONDS = 90 * 86400.0
_WRITING = threading.Lock()


class _Entry(msgspec.Struct, frozen=True):
    identity: str
    image: str
    built: float
    seen: float
    platforms: dict[str, str] = {}


class _File(msgspec.Struct, frozen=True):
    format: int
    entries: dict[str, _Entry]


def load(path: Path) -> dict[str, IdentityRecord]:
    """Identity tag (with its registry) -> record."""
    return {tag: IdentityRecord(e.identity, e.image, e.built, e.platforms) for tag, e in _read(path).items()}


def add(path: Path, records: Mapping[str, IdentityRecord]) -> None:
    """Keep more records; those not seen for 90 days go. A disk that refuses costs a request next time, no more."""
    now = time.time()
    with _WRITING:
        entries = {tag: entry for tag, entry in _read(path).items() if now - entry.seen < KEEP_SECONDS}
        for tag, record in records.items():
            entries[tag] = _Entry(record.identity, record.image, record.built, now, dict(record.platforms))
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            temporary.write_bytes(msgspec.json.encode(_File(FORMAT, entries)))
            temporary.replace(path)
        except OSError:
            return


def _read(path: Path) -> dict[str, _Entry]:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_File)
    except (OSError, msgspec.MsgspecError):
        return {}
    return dict(found.entries) if found.format == FORMAT else {}
