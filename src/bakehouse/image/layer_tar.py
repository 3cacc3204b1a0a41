"""One layer: its archive as a stream of bytes goes in, the list of what is in it comes out. Nothing is unpacked.

Contents are hashed and forgotten, but for files that a caller wants kept (`KeptFiles`).

Names follow the image specification: `.wh.NAME` deletes NAME of the layers below, `.wh..wh..opq` everything in its
directory (OCI image spec, layer.md, "Whiteouts").
"""

from __future__ import annotations

import hashlib
import posixpath
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, NamedTuple, Self, cast

from bakehouse.errors import ImageError
from bakehouse.image.chunks import ChunkReader, Counted
from bakehouse.image.decompress import decompressed, limit_for
from bakehouse.image.kept import KeptFiles

MAX_HEADER = 1 << 20
"""Bytes of an extended header (a long name, pax records); tarfile reads it whole."""

MAX_ENTRIES = 3_000_000
WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
_ATTRIBUTE = "SCHILY.xattr."
_EXTENDED = frozenset({
    tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK,
})  # fmt: skip
_BAD_HEADERS = (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError)  # type: ignore[attr-defined]
_DAMAGE = (tarfile.TarError, ValueError, OverflowError, IndexError, EOFError, RecursionError, UnicodeError)
_HINT = "pull or save the image again; if it stays so, do not trust it"


class EntryType(StrEnum):
    """What an entry of a layer is."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    HARD_LINK = "hard link"
    DEVICE = "device"  # also pipes
    WHITEOUT = "whiteout"  # `path` is what it deletes
    OPAQUE = "opaque"  # `path` is the directory whose lower content it hides


class LayerEntry(NamedTuple):
    """One entry. `path` has no slash at either end; "" is the root. `digest` is sha256 of a file's content, raw.

    `mode` are the permission bits with setuid, setgid and sticky. `target` is where a link points, or the path that a
    hard link is another name of. `attributes` are extended attributes by name, with raw values; `device` says which
    device a device node is (`c 1:3`), or `pipe`.
    """

    path: str
    type: EntryType
    size: int
    digest: bytes | None = None
    mode: int = 0
    uid: int = 0
    gid: int = 0
    target: str = ""
    attributes: tuple[tuple[str, bytes], ...] = ()
    device: str = ""


@dataclass(frozen=True, slots=True)
class LayerContent:
    """A layer that was read. `digest` is of the blob as it came, `diff_id` of the plain archive, both `sha256:...`.

    `blob_bytes` is the size of the blob, `archive_bytes` of the plain archive.
    """

    digest: str
    diff_id: str
    blob_bytes: int
    archive_bytes: int
    entries: tuple[LayerEntry, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.entries)

    @property
    def files(self) -> int:
        """How many files."""
        return sum(1 for entry in self.entries if entry.type is EntryType.FILE)


def read_layer(
    chunks: Iterable[bytes],
    *,
    blob_bytes: int | None = None,
    expected: str | None = None,
    kept: KeptFiles | None = None,
) -> LayerContent:
    """Read a layer to its end. `blob_bytes` is its compressed size where that is known, `expected` its digest.

    `kept` takes the contents that it wants.

    Raises ImageError for what is damaged, hostile, beyond our limits, or not what its digest says.
    """
    blob = Counted(chunks)
    plain = Counted(decompressed(blob, limit=limit_for(blob_bytes)))
    reader = ChunkReader(plain)
    try:
        entries = tuple(_entries(reader, kept))
        tail = reader.drain()
    except _DAMAGE as error:
        raise ImageError(f"a layer's archive is damaged: {error}", hint=_HINT) from None
    for _ in blob:  # padding behind compressed data belongs to the blob's digest
        pass
    if tail:
        raise ImageError("a layer's archive goes on after its end, or is damaged in the middle", hint=_HINT)
    if expected is not None and blob.digest != expected:
        raise ImageError(f"a layer should be {expected[:19]} and is {blob.digest[:19]}", hint=_HINT)
    return LayerContent(blob.digest, plain.digest, blob.count, plain.count, entries)


class _Header(tarfile.TarInfo):
    """A header whose extended part cannot eat our memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            found = super().frombuf(buf, encoding, errors)
        except _BAD_HEADERS as error:  # tarfile itself would call it the end of the archive
            raise tarfile.ReadError(f"a header makes no sense ({error})") from None
        if found.size < 0:
            raise ImageError("an entry of negative size", hint=_HINT)
        if found.type in _EXTENDED and found.size > MAX_HEADER:
            raise ImageError(f"a header of {found.size} bytes; at most {MAX_HEADER} are read", hint=_HINT)
        return found


def open_tar(stream: ChunkReader) -> tarfile.TarFile:
    """An archive that is read once, from a stream. Raises tarfile.TarError."""
    return tarfile.open(fileobj=cast(IO[bytes], stream), mode="r|", tarinfo=_Header, errors="surrogateescape")


def members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The members, none of them kept. Raises ImageError where there are too many."""
    count = 0
    while (member := tar.next()) is not None:
        count += 1
        if count > MAX_ENTRIES:
            raise ImageError(f"an archive with more than {MAX_ENTRIES} entries", hint=_HINT)
        yield member
        tar.members.clear()  # type: ignore[attr-defined]  # tarfile would remember them all


def clean_name(name: str) -> str:
    """The path below the root, without slashes at the ends. Raises ImageError for one that leads out of it."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise ImageError(f"an entry leads out of the image: {name}", hint="do not unpack or run this image")
    return "/".join(parts)


def _entries(reader: ChunkReader, kept: KeptFiles | None) -> Iterator[LayerEntry]:
    with open_tar(reader) as tar:
        for member in members(tar):
            yield _entry(tar, member, kept)


def _entry(tar: tarfile.TarFile, member: tarfile.TarInfo, kept: KeptFiles | None) -> LayerEntry:
    path = clean_name(member.name)
    directory, name = posixpath.split(path)
    if name == OPAQUE:
        return LayerEntry(directory, EntryType.OPAQUE, 0)
    if name.startswith(WHITEOUT):
        return LayerEntry(posixpath.join(directory, name.removeprefix(WHITEOUT)), EntryType.WHITEOUT, 0)
    if member.islnk():
        return LayerEntry(path, EntryType.HARD_LINK, 0, target=clean_name(member.linkname))
    plain = LayerEntry(path, EntryType.FILE, 0, None, member.mode & 0o7777, member.uid, member.gid)
    plain = plain._replace(attributes=_attributes(member.pax_headers))
    if member.isreg():
        return plain._replace(size=member.size, digest=_digest(tar, member, path, kept))
    if member.isdir():
        return plain._replace(type=EntryType.DIRECTORY)
    if member.issym():  # Linux gives every link the mode 0777, whatever an archive says
        return plain._replace(type=EntryType.LINK, mode=0o777, target=member.linkname)
    numbers = f"{'c' if member.ischr() else 'b'} {member.devmajor}:{member.devminor}"
    return plain._replace(type=EntryType.DEVICE, device="pipe" if member.isfifo() else numbers)


def _attributes(headers: Mapping[str, str]) -> tuple[tuple[str, bytes], ...]:
    """Extended attributes, as pax headers have them: SCHILY.xattr.NAME (OCI image spec, layer.md)."""
    found = (
        (name.removeprefix(_ATTRIBUTE), value.encode("utf-8", "surrogateescape"))
        for name, value in headers.items()
        if name.startswith(_ATTRIBUTE)
    )
    return tuple(sorted(found)) if headers else ()


def _digest(tar: tarfile.TarFile, member: tarfile.TarInfo, path: str, kept: KeptFiles | None) -> bytes:
    found = hashlib.sha256()
    content = tar.extractfile(member)
    assert content is not None, "a regular file has content"
    pieces: list[bytes] | None = [] if kept is not None and kept.takes(path, member.size) else None
    while data := content.read(1 << 18):
        found.update(data)
        if pieces is not None:
            pieces.append(data)
    if kept is not None and pieces is not None:
        kept.add(found.digest(), b"".join(pieces))
    return found.digest()
