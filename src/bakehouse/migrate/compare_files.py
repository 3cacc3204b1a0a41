"""Two file systems go in, the paths that differ come out, with both sides' facts. Times are not compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bakehouse.image.file_system import FileSystem
from bakehouse.image.layer_tar import EntryType, LayerEntry
from bakehouse.model.image_diff import FileFacts, How

_SETUID_SETGID = 0o6000
_CAPABILITIES = "security.capability"


class Difference(NamedTuple):
    """A path that differs; `aspects` only where both images have it."""

    path: str
    how: How
    aspects: tuple[str, ...]
    before: FileFacts | None
    after: FileFacts | None


def compare_files(before: FileSystem, after: FileSystem) -> Iterator[Difference]:
    """All differences, in the order of paths."""
    old_names, new_names = _Names(), _Names()
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        old_bytes = old_names.bytes(old) if old is not None else 0
        new_bytes = new_names.bytes(new) if new is not None else 0
        if old is None:
            assert new is not None, "one of them has the path"
            yield Difference(path, How.ADDED, (), None, _facts(new, new_bytes))
        elif new is None:
            yield Difference(path, How.REMOVED, (), _facts(old, old_bytes), None)
        elif aspects := tuple(_aspects(old, new)):
            yield Difference(path, How.CHANGED, aspects, _facts(old, old_bytes), _facts(new, new_bytes))


class _Names:
    """Counts the bytes of a file at its first name: all names have one entry object."""

    def __init__(self) -> None:
        self._counted: set[int] = set()

    def bytes(self, entry: LayerEntry) -> int:
        if entry.size == 0 or id(entry) in self._counted:
            return 0
        self._counted.add(id(entry))
        return entry.size


def _aspects(old: LayerEntry, new: LayerEntry) -> Iterator[str]:
    """In what two entries of one path differ."""
    if old.type is not new.type:
        yield "type"
    elif old.digest != new.digest:
        yield "content"
    elif old.target != new.target and old.type is EntryType.LINK:
        yield "target"
    elif old.device != new.device:
        yield "device"
    if old.mode != new.mode and EntryType.LINK not in (old.type, new.type):
        yield "mode"
        if (old.mode ^ new.mode) & _SETUID_SETGID:
            yield "setuid"
    if (old.uid, old.gid) != (new.uid, new.gid):
        yield "owner"
    if old.attributes != new.attributes:
        one, two = dict(old.attributes), dict(new.attributes)
        if one.pop(_CAPABILITIES, None) != two.pop(_CAPABILITIES, None):
            yield "capabilities"
        if one != two:
            yield "attributes"


def _facts(entry: LayerEntry, size: int) -> FileFacts:
    return FileFacts(
        type=str(entry.type),
        bytes=size,
        mode=f"{entry.mode:04o}",
        uid=entry.uid,
        gid=entry.gid,
        digest=f"sha256:{entry.digest.hex()}" if entry.digest else None,
        target=entry.target,
        device=entry.device,
        attributes=tuple((name, value.hex()) for name, value in entry.attributes),
    )
