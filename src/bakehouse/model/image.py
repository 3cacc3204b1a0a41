"""Images as nouns: layers with the instruction they came from, what is wasted in them, what images have twice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLayer:
    """One layer, counted from 1 at the bottom.

    `digest` is that of the plain archive (diff_id), `blob_bytes` the size in which it is pulled (None: not known,
    as the engine keeps it plain). `bytes` are those of its files; `wasted_bytes` those of files that a later layer
    deletes or replaces. `instruction` is what the image's history says, `dockerfile` and `line` where that
    stands, `base` whether the layer came with the base image. `shared_with` are other images of the same call.
    """

    index: int
    digest: str
    bytes: int
    files: int
    blob_bytes: int | None
    wasted_bytes: int
    instruction: str
    dockerfile: str | None = None
    line: int | None = None
    base: bool = False
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WastedPath:
    """Bytes that are pulled and never seen: a path in layer `layer` that layer `by` deletes or replaces.

    `how` is deleted, overwritten, or rewritten where the content is the same and only its mode or owner changed.
    For a directory that is deleted whole, `path` is the directory.
    """

    path: str
    bytes: int
    files: int
    layer: int
    by: int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReport:
    """One image.

    `bytes` are those of all files in all layers, `seen_bytes` of those a container sees, `wasted_bytes` the difference.
    `efficiency` is seen_bytes / bytes, 1 for an empty image. `source` is engine, registry, archive or layout.
    `exceeded` are the limits it breaks, as lines for people.
    """

    name: str
    source: str
    platform: str
    layers: tuple[ImageLayer, ...]
    bytes: int
    blob_bytes: int | None
    seen_bytes: int
    wasted_bytes: int
    efficiency: float
    wasted: tuple[WastedPath, ...]
    exceeded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLayer:
    """A layer that several images have: stored and pulled once."""

    digest: str
    bytes: int
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateFile:
    """The same content in different layers. `bytes` is its size, `wasted_bytes` all copies but one.

    `places` are `IMAGE, layer N: /path`.
    """

    digest: str
    bytes: int
    copies: int
    wasted_bytes: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayersReport:
    """Images side by side.

    `stored_bytes` are the bytes of all distinct layers, `duplicate_bytes` what could be saved of them if each file
    content were in one layer only. Lists are largest first. `ok` is False where an image breaks a limit.
    """

    images: tuple[ImageReport, ...]
    shared_layers: tuple[SharedLayer, ...]
    duplicates: tuple[DuplicateFile, ...]
    stored_bytes: int
    duplicate_bytes: int
    ok: bool = True
