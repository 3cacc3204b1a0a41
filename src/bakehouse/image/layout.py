"""An OCI layout in a directory: index.json and blobs/ go in, a `FoundImage` comes out (OCI image-layout.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from bakehouse.errors import ImageError
from bakehouse.image.documents import MAX_BYTES, Descriptor, ImageConfig, Manifest, read_json
from bakehouse.image.found import FoundImage, checked, choose
from bakehouse.image.kept import KeptFiles
from bakehouse.image.layer_tar import read_layer

T = TypeVar("T")
_DIGEST = re.compile(r"(sha256|sha384|sha512):[0-9a-f]{64,128}")


def is_layout(path: Path) -> bool:
    """Whether a directory is an OCI layout."""
    return (path / "index.json").is_file() and (path / "blobs").is_dir()


def read_layout(path: Path, platform: str | None = None, *, kept: KeptFiles | None = None) -> FoundImage:
    """The image of a layout; `kept` takes the contents that it wants.

    Raises ImageError where anything is missing, damaged or not what its digest says.
    """
    manifest = _document(path / "index.json", Manifest, path)
    for _ in range(3):
        if manifest.config is not None:
            break
        found = choose(manifest, platform, str(path))
        manifest = _document(_blob(path, found), Manifest, path)
    if manifest.config is None:
        raise ImageError(f"{path} has no image behind its indexes")
    config = _document(_blob(path, manifest.config), ImageConfig, path)
    blobs = ((_blob(path, layer), layer.digest) for layer in manifest.layers)
    layers = tuple(
        read_layer(_chunks(blob), blob_bytes=_size(blob), expected=digest, kept=kept) for blob, digest in blobs
    )
    return FoundImage(str(path), "layout", config, checked(config, layers, str(path)), compressed=True)


def _blob(path: Path, descriptor: Descriptor) -> Path:
    if not _DIGEST.fullmatch(descriptor.digest):
        raise ImageError(f"{path} names a blob by something that is no digest: {descriptor.digest[:80]}")
    return path / "blobs" / descriptor.digest.replace(":", "/")


def _document(file: Path, kind: type[T], path: Path) -> T:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ImageError(f"{file} has more than {MAX_BYTES} bytes")
        return read_json(file.read_bytes(), kind, str(file))
    except OSError as error:
        raise ImageError(
            f"{path} lacks {file.name}: {error.strerror}", hint="it is not whole: write it again"
        ) from None


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except OSError:
        return None


def _chunks(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as opened:
            while data := opened.read(1 << 18):
                yield data
    except OSError as error:
        raise ImageError(f"{file} cannot be read: {error.strerror}", hint="it is not whole: write it again") from None
