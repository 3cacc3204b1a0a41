"""Layers of images go in, what is wasted in them and what they have twice comes out.

The score: efficiency = bytes of the files a container sees / bytes of all files in all layers. A file counts in
every layer that has it; it is seen where no later layer deletes it (whiteout), hides its directory (opaque
directory), or has the same path again. Hard links and directories count nothing. 1.0 is an image without waste.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest

from bakehouse.image.layer_tar import EntryType, LayerContent, LayerEntry
from bakehouse.model.image import DuplicateFile, SharedLayer, WastedPath

MOST_SHOWN = 20
PLACES = 5

_LEAVES = frozenset({EntryType.FILE, EntryType.LINK, EntryType.HARD_LINK, EntryType.DEVICE})


@dataclass(frozen=True, slots=True)
class Waste:
    """Of one image: wasted bytes by layer (from 0), and the paths, largest first."""

    by_layer: tuple[int, ...]
    paths: tuple[WastedPath, ...]


@dataclass(slots=True)
class _Seen:
    """The file system while layers are put on each other: what a name is, where its bytes lie, what is below it."""

    entry: LayerEntry | None = None
    layer: int = -1
    below: dict[str, _Seen] = field(default_factory=dict)

    def entry_is_directory(self) -> bool:
        """Whether it is a directory; one that no layer names itself is one too."""
        return self.entry is None or self.entry.type is EntryType.DIRECTORY


def find_waste(layers: Sequence[LayerContent]) -> Waste:
    """What later layers delete or replace."""
    return _Stack(len(layers)).run(layers)


class _Stack:
    def __init__(self, count: int) -> None:
        self.root = _Seen()
        self.by_layer = [0] * count
        self.lost: dict[tuple[str, int, int, str], list[int]] = {}

    def run(self, layers: Sequence[LayerContent]) -> Waste:
        for number, content in enumerate(layers):
            # A whiteout speaks of the layers below, wherever in the archive it stands.
            for entry in content.entries:
                if entry.type is EntryType.OPAQUE:
                    self._hide_below(entry.path, number)
                elif entry.type is EntryType.WHITEOUT:
                    self._delete(entry.path, number)
            for entry in content.entries:
                if entry.type not in (EntryType.OPAQUE, EntryType.WHITEOUT):
                    self._put(entry, number)
        paths = (
            WastedPath(path=path, bytes=size, files=files, layer=layer + 1, by=by + 1, how=how)
            for (path, layer, by, how), (size, files) in self.lost.items()
            if size
        )
        largest = nlargest(MOST_SHOWN, paths, key=lambda found: (found.bytes, found.path))
        return Waste(tuple(self.by_layer), tuple(largest))

    def _find(self, path: str) -> tuple[_Seen | None, str]:
        """The directory of a path as it is seen, and the last part."""
        parts = path.split("/")
        here = self.root
        for part in parts[:-1]:
            found = here.below.get(part)
            if found is None:
                return None, parts[-1]
            here = found
        return here, parts[-1]

    def _delete(self, path: str, by: int) -> None:
        above, name = self._find(path)
        if above is not None and name in above.below:
            self._lose(above.below.pop(name), path, by, "deleted")

    def _hide_below(self, path: str, by: int) -> None:
        above, name = self._find(path)
        found = self.root if not path else above.below.get(name) if above is not None else None
        if found is not None:
            for inside in found.below.values():
                self._lose(inside, path, by, "deleted")
            found.below.clear()

    def _put(self, entry: LayerEntry, number: int) -> None:
        if not entry.path:
            return
        here = self.root
        parts = entry.path.split("/")
        for depth, part in enumerate(parts[:-1]):
            here = here.below.setdefault(part, _Seen())
            if here.entry is not None and here.entry.type in _LEAVES:  # a directory takes the place of a file
                self._lose(here, "/".join(parts[: depth + 1]), number, "overwritten")
                here.entry = None
        old = here.below.get(parts[-1])
        if old is not None and not (entry.type is EntryType.DIRECTORY and old.entry_is_directory()):
            same = old.entry is not None and old.entry.digest is not None and old.entry.digest == entry.digest
            if old.layer != number:
                self._lose(old, entry.path, number, "rewritten" if same else "overwritten")
            old = None
        if old is None:
            here.below[parts[-1]] = _Seen(entry, number)
        else:
            old.entry, old.layer = entry, number

    def _lose(self, top: _Seen, path: str, by: int, how: str) -> None:
        """Count everything at and below a name as lost, under one path for each layer it lies in."""
        pending = [top]
        while pending:
            found = pending.pop()
            pending += found.below.values()
            if found.entry is not None and found.entry.type is EntryType.FILE and found.layer != by:
                self.by_layer[found.layer] += found.entry.size
                count = self.lost.setdefault((path, found.layer, by, how), [0, 0])
                count[0] += found.entry.size
                count[1] += 1


def find_shared(images: Mapping[str, Sequence[LayerContent]]) -> tuple[SharedLayer, ...]:
    """The layers that several images have, largest first."""
    users: dict[str, dict[str, None]] = {}
    sizes: dict[str, int] = {}
    for name, layers in images.items():
        for layer in layers:
            users.setdefault(layer.diff_id, {})[name] = None
            sizes[layer.diff_id] = layer.size
    found = (
        SharedLayer(digest=digest, bytes=sizes[digest], images=tuple(names))
        for digest, names in users.items()
        if len(names) > 1 and sizes[digest]
    )
    return tuple(sorted(found, key=lambda layer: (-layer.bytes, layer.digest)))


def find_duplicates(images: Mapping[str, Sequence[LayerContent]]) -> tuple[tuple[DuplicateFile, ...], int]:
    """The same file content in different layers, largest waste first; and all bytes that such copies take.

    A layer that several images share counts once: it is stored once.
    """
    layers: dict[str, tuple[str, int, LayerContent]] = {}
    for name, contents in images.items():
        for number, content in enumerate(contents, start=1):
            layers.setdefault(content.diff_id, (name, number, content))
    places: dict[bytes, list[tuple[str, int, LayerEntry]]] = {}
    for name, number, content in layers.values():
        for digest, entry in _contents(content.entries):
            places.setdefault(digest, []).append((name, number, entry))
    twice = [(digest, found) for digest, found in places.items() if len(found) > 1]
    wasted = sum(found[0][2].size * (len(found) - 1) for _, found in twice)
    largest = nlargest(MOST_SHOWN, twice, key=lambda pair: (pair[1][0][2].size * (len(pair[1]) - 1), pair[0]))
    return tuple(_duplicate(digest, found) for digest, found in largest), wasted


def _contents(entries: Iterable[LayerEntry]) -> Iterable[tuple[bytes, LayerEntry]]:
    """Each content of a layer once, with the first path that has it."""
    found: dict[bytes, LayerEntry] = {}
    for entry in entries:
        if entry.digest is not None and entry.size:
            found.setdefault(entry.digest, entry)
    return found.items()


def _duplicate(digest: bytes, found: Sequence[tuple[str, int, LayerEntry]]) -> DuplicateFile:
    size = found[0][2].size
    return DuplicateFile(
        digest=f"sha256:{digest.hex()}",
        bytes=size,
        copies=len(found),
        wasted_bytes=size * (len(found) - 1),
        places=tuple(f"{name}, layer {number}: /{entry.path}" for name, number, entry in found[:PLACES]),
    )
