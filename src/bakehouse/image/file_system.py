"""The file system that a container sees: layers go in, lowest first, and one entry for each path comes out.

As containerd applies layers: whiteouts and opaque directories hide what lies below; a directory keeps what was in it
and takes the new mode and owner; anything else replaces what was there; a parent that is a link is followed inside the
image; a parent that nobody made is a directory of root with mode 0755 (containerd, pkg/archive).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bakehouse.errors import ImageError
from bakehouse.image.layer_tar import MAX_ENTRIES, EntryType, LayerContent, LayerEntry

FileSystem: TypeAlias = Mapping[str, LayerEntry]
"""Entries by path, without the root; the names of one file (hard links) have the same entry object."""

MOST_JUMPS = 40
"""Links that one path may go through, as Linux counts them."""

MOST_PATH = 4096
"""Characters of a path or of a link's target (PATH_MAX of Linux)."""

MOST_TEXT = 512 << 20
"""Characters of all paths together: a few deep paths could stand for very many directories."""

_HINT = "do not unpack or run this image before you know where it comes from"


@dataclass(slots=True)
class _Node:
    entry: LayerEntry
    below: dict[str, _Node] = field(default_factory=dict)


def flatten(layers: Sequence[LayerContent]) -> dict[str, LayerEntry]:
    """Put layers on each other. Raises ImageError for a layer that no engine could unpack."""
    tree = _Tree()
    for layer in layers:
        for entry in layer.entries:  # what a layer hides lies below it, wherever in the archive that stands
            if entry.type in (EntryType.WHITEOUT, EntryType.OPAQUE):
                tree.hide(entry)
        for entry in layer.entries:
            if entry.type not in (EntryType.WHITEOUT, EntryType.OPAQUE) and entry.path:
                tree.put(entry)
    return tree.entries()


def stored_bytes(files: FileSystem) -> int:
    """Bytes of all files; one that has several names counts once."""
    return sum({id(entry): entry.size for entry in files.values()}.values())


def _implied(path: str) -> LayerEntry:
    return LayerEntry(path, EntryType.DIRECTORY, 0, mode=0o755)


class _Tree:
    """Directories in directories. `made` counts the nodes that were ever there."""

    def __init__(self) -> None:
        self.root = _Node(_implied(""))
        self.made = 0

    def entries(self) -> dict[str, LayerEntry]:
        """All entries by path, in the order of paths."""
        found: dict[str, LayerEntry] = {}
        text = 0
        pending = [("", self.root)]
        while pending:
            path, node = pending.pop()
            for name, inside in node.below.items():
                place = f"{path}/{name}" if path else name
                text += len(place)
                if text > MOST_TEXT:
                    raise ImageError(f"an image whose paths have more than {MOST_TEXT} characters", hint=_HINT)
                found[place] = inside.entry
                if inside.below:
                    pending.append((place, inside))
        return dict(sorted(found.items()))

    def hide(self, entry: LayerEntry) -> None:
        """Take away what a whiteout or an opaque directory hides."""
        if not entry.path:
            self.root.below.clear()
            return
        parts = _parts(entry.path)
        above = self._directory(parts[:-1], entry.path)
        if above is None:
            return
        if entry.type is EntryType.WHITEOUT:
            above.below.pop(parts[-1], None)
        elif parts[-1] in above.below:
            above.below[parts[-1]].below.clear()

    def put(self, entry: LayerEntry) -> None:
        """Put an entry where it belongs."""
        parts = _parts(entry.path)
        above = self._directory(parts[:-1], entry.path, make=True)
        assert above is not None, "missing directories are made"
        entry = self._linked(entry) if entry.type is EntryType.HARD_LINK else entry
        old = above.below.get(parts[-1])
        if old is not None and old.entry.type is entry.type is EntryType.DIRECTORY:
            old.entry = entry
        else:
            above.below[parts[-1]] = self._node(entry)

    def _node(self, entry: LayerEntry) -> _Node:
        self.made += 1
        if self.made > MAX_ENTRIES:
            raise ImageError(f"an image with more than {MAX_ENTRIES} entries", hint=_HINT)
        return _Node(entry)

    def _linked(self, entry: LayerEntry) -> LayerEntry:
        """The file that a hard link is another name of."""
        parts = _parts(entry.target)
        above = self._directory(parts[:-1], entry.path)
        found = above.below.get(parts[-1]) if above is not None else None
        if found is None or found.entry.type is EntryType.DIRECTORY:
            raise ImageError(f"{entry.path} is a hard link to {entry.target}, which is no file", hint=_HINT)
        return found.entry

    def _directory(self, parts: Sequence[str], path: str, *, make: bool = False) -> _Node | None:
        """A directory, links followed inside the image; None where there is none and none is to be made."""
        trail, left, jumps = [self.root], list(reversed(parts)), 0
        while left:
            part = left.pop()
            if part == "..":
                trail = trail[:-1] or [self.root]
                continue
            found = trail[-1].below.get(part)
            if found is not None and found.entry.type is EntryType.LINK:
                jumps += 1
                if jumps > MOST_JUMPS:
                    raise ImageError(f"the links on the way to {path} do not end", hint=_HINT)
                target = found.entry.target
                trail = [self.root] if target.startswith("/") else trail
                left += reversed(_parts(target))
                continue
            if found is None or found.entry.type is not EntryType.DIRECTORY:
                if not make:
                    return None
                found = trail[-1].below[part] = self._node(_implied(path))
            trail.append(found)
        return trail[-1]


def _parts(path: str) -> list[str]:
    if len(path) > MOST_PATH:
        raise ImageError(f"a path of {len(path)} characters; at most {MOST_PATH} are read", hint=_HINT)
    return [part for part in path.split("/") if part not in ("", ".")]
