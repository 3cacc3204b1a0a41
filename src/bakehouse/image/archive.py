"""Archives of images, read once from start to end: what `docker image save` writes, and OCI layouts in a tar.

A stream of bytes goes in, `FoundImage`s come out. Which blob is a layer of which image is known only at the end, so
every blob that looks like a layer is read as one while it passes; documents are kept, within limits.
"""

from __future__ import annotations

import posixpath
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import IO

from bakehouse.errors import ImageError
from bakehouse.image.chunks import ChunkReader
from bakehouse.image.documents import MAX_BYTES, ImageConfig, Manifest, SavedImage, read_json
from bakehouse.image.found import FoundImage, checked, choose
from bakehouse.image.kept import KeptFiles
from bakehouse.image.layer_tar import LayerContent, clean_name, members, open_tar, read_layer

MAX_DOCUMENTS = 64 << 20
"""Bytes of all documents of an archive together."""

_NO_IMAGE = "is no archive of an image: it has neither manifest.json nor index.json"
_HINT = "write one with `docker image save IMAGE -o FILE` or `docker buildx build --output type=oci,dest=FILE`"


@dataclass(slots=True)
class Archive:
    """What passed, by its name in the archive: documents, layers, links to them, and blobs that could not be read."""

    name: str
    documents: dict[str, bytes] = field(default_factory=dict)
    layers: dict[str, LayerContent] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    damaged: dict[str, ImageError] = field(default_factory=dict)

    def images(self, platform: str | None = None, source: str = "archive") -> tuple[FoundImage, ...]:
        """All images in it. Raises ImageError where a document or a layer is missing or damaged."""
        if "manifest.json" in self.documents:
            saved = read_json(self.documents["manifest.json"], tuple[SavedImage, ...], f"manifest.json of {self.name}")
            return tuple(self._saved(image, source) for image in saved)
        if "index.json" in self.documents:
            index = read_json(self.documents["index.json"], Manifest, f"index.json of {self.name}")
            return (self._indexed(index, platform, source),)
        raise ImageError(f"{self.name} {_NO_IMAGE}", hint=_HINT)

    def _saved(self, image: SavedImage, source: str) -> FoundImage:
        name = image.repo_tags[0] if image.repo_tags else self.name
        config = read_json(self._document(image.config), ImageConfig, f"the configuration of {name}")
        layers = tuple(self._layer(path) for path in image.layers)
        found = FoundImage(name, source, config, checked(config, layers, name), compressed=_is_compressed(layers))
        return replace(found, tags=image.repo_tags or ())

    def _indexed(self, index: Manifest, platform: str | None, source: str) -> FoundImage:
        manifest, tag = index, ""
        for _ in range(3):  # an index of an index is as deep as it gets
            if manifest.config is not None:
                break
            found = choose(manifest, platform, self.name)
            tag = tag or (found.annotations or {}).get("io.containerd.image.name", "")
            manifest = read_json(self._document(_blob(found.digest)), Manifest, f"a manifest of {self.name}")
        if manifest.config is None:
            raise ImageError(f"{self.name} has no image behind its indexes")
        name = tag or self.name
        config = read_json(self._document(_blob(manifest.config.digest)), ImageConfig, f"the configuration of {name}")
        layers = tuple(self._layer(_blob(d.digest)) for d in manifest.layers)
        return FoundImage(name, source, config, checked(config, layers, name), compressed=True)

    def _document(self, path: str) -> bytes:
        found = self.documents.get(self._followed(path))
        if found is None:
            raise ImageError(f"{self.name} lacks {path}, which it names", hint="it is not whole: write it again")
        return found

    def _layer(self, path: str) -> LayerContent:
        path = self._followed(path)
        if path in self.damaged:
            raise self.damaged[path]
        if path not in self.layers:
            raise ImageError(
                f"{self.name} lacks the layer {path}, which it names", hint="it is not whole: write it again"
            )
        return self.layers[path]

    def _followed(self, path: str) -> str:
        for _ in range(8):
            if path not in self.links:
                break
            path = self.links[path]
        return path


def read_archive(chunks: Iterable[bytes], name: str, *, kept: KeptFiles | None = None) -> Archive:
    """Read an archive to its end; `kept` takes the contents that it wants.

    Raises ImageError for what is no archive, damaged or hostile.
    """
    archive = Archive(name)
    documents = 0
    try:
        with open_tar(ChunkReader(chunks)) as tar:
            for member in members(tar):
                documents += _take(archive, tar, member, kept)
                if documents > MAX_DOCUMENTS:
                    raise ImageError(f"{name} has more than {MAX_DOCUMENTS} bytes of documents")
    except (tarfile.TarError, ValueError, OverflowError, EOFError, RecursionError) as error:
        raise ImageError(f"{name} is no archive, or is damaged: {error}", hint=_HINT) from None
    return archive


def _take(archive: Archive, tar: tarfile.TarFile, member: tarfile.TarInfo, kept: KeptFiles | None) -> int:
    """Read one member; the bytes of it that are kept as a document."""
    path = clean_name(member.name)
    if member.issym() or member.islnk():
        here = posixpath.dirname(path) if member.issym() else ""
        archive.links[path] = posixpath.normpath(posixpath.join(here, member.linkname))
        return 0
    if not member.isreg() or member.size == 0:
        return 0
    content = tar.extractfile(member)
    assert content is not None, "a regular file has content"
    head = content.read(1)
    if head in (b"{", b"[") and member.size <= MAX_BYTES:
        archive.documents[path] = head + content.read()
        return member.size
    if posixpath.basename(path) in ("VERSION", "repositories", "oci-layout"):
        return 0
    try:
        pieces, promised = _chunks(head, content), _promised(path)
        archive.layers[path] = read_layer(pieces, blob_bytes=member.size, expected=promised, kept=kept)
    except ImageError as error:
        archive.damaged[path] = error  # it may be no layer at all: only an image that names it minds
    return 0


def _chunks(head: bytes, content: IO[bytes]) -> Iterator[bytes]:
    yield head
    while data := content.read(1 << 18):
        yield data


def _promised(path: str) -> str | None:
    """The digest that a name promises (blobs/sha256/...)."""
    directory, _, name = path.rpartition("/")
    return f"sha256:{name}" if directory == "blobs/sha256" else None


def _blob(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/")


def _is_compressed(layers: Iterable[LayerContent]) -> bool:
    return any(layer.digest != layer.diff_id for layer in layers)
