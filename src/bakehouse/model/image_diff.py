"""Two images compared: what of their files, packages and configuration differs, and what it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What the comparison comes to, of all that was compared (`ImageDiff.compared`)."""

    SAME = "same content"
    DIFFERS = "differs"


class How(StrEnum):
    """What happened from the first image to the second."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"  # a package to another version


class Cause(StrEnum):
    """What a difference of files comes from, in the order of reports: first what a reviewer must look at."""

    CERTIFICATES = "certificate store"
    TIME_ZONES = "time zone data"
    SOURCE = "application source"
    CONFIGURATION = "configuration"
    ALTERED = "altered after its package was installed"
    OTHER = "other"
    MOVED = "dependency version moved"
    DEPENDENCY_GONE = "dependency gone"
    DEPENDENCY_NEW = "dependency new"
    BUILD_TOOL = "build tool"
    LOCALE = "locale"
    DOCUMENTATION = "documentation"
    BYTE_CODE = "compiled byte code"
    DATABASE = "package database"
    CACHE = "package manager cache"
    LOGS = "logs and temporary files"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSide:
    """One of the two images.

    `bytes` are those of all files in all layers, `seen_bytes` of those that a container sees, `blob_bytes` of the blobs
    as they are pulled (None: the source has them plain). `paths` is how many there are, directories included.
    """

    name: str
    source: str
    platform: str
    layers: int
    bytes: int
    seen_bytes: int
    blob_bytes: int | None
    paths: int
    packages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """A path in one image.

    `type` is file, directory, link or device; `mode` is octal; `target` is a link's. `bytes` is a file's size, and 0
    for all names of a file but its first. `attributes` are extended attributes, values in hexadecimal.
    """

    type: str
    bytes: int
    mode: str
    uid: int
    gid: int
    digest: str | None = None
    target: str = ""
    device: str = ""
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """A path that differs. `aspects` say in what, for one that both images have; `package` whose file it is."""

    path: str
    how: How
    cause: Cause
    aspects: tuple[str, ...] = ()
    package: str | None = None
    before: FileFacts | None = None
    after: FileFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSum:
    """A path, or a directory that came or went with all that is in it: `paths` of one cause, `bytes` more or fewer."""

    path: str
    how: How
    paths: int
    bytes: int
    aspects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseSum:
    """All differences of one cause: how many paths, and bytes; `changed_bytes` is after less before.

    `largest` are the paths with most bytes, the largest first.
    """

    cause: Cause
    added: int
    removed: int
    changed: int
    added_bytes: int
    removed_bytes: int
    changed_bytes: int
    largest: tuple[PathSum, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageChange:
    """A package that differs, with all its versions in each image (npm may have several)."""

    ecosystem: str
    name: str
    how: How
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigChange:
    """A setting that differs: `key` where `setting` has several (env, labels, ports, volumes). None: not set.

    Lists are written as JSON. A value whose name sounds like a secret is not shown.
    """

    setting: str
    key: str | None
    how: How
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDiff:
    """Everything. `unread` are the package databases that could not be read, as `A: /path` or `B: /path`."""

    verdict: Verdict
    compared: tuple[str, ...]
    before: ImageSide
    after: ImageSide
    causes: tuple[CauseSum, ...]
    packages: tuple[PackageChange, ...]
    config: tuple[ConfigChange, ...]
    unread: tuple[str, ...]
    files: tuple[FileChange, ...]
