"""Databases of package managers: the files of an image go in by path, installed packages come out.

One ecosystem a file, each in the table below. What is read is hostile: a file that makes no sense is named, not raised.
"""

from __future__ import annotations

from collections.abc import Mapping

from bakehouse.image.file_system import FileSystem
from bakehouse.image.kept import KeptFiles
from bakehouse.image.packages import apk, deb, npm, pip
from bakehouse.image.packages.package import Ecosystem, Package, Reading

__all__ = ["ECOSYSTEMS", "Ecosystem", "Package", "Reading", "keeper", "read_packages"]

ECOSYSTEMS: tuple[Ecosystem, ...] = (deb.ECOSYSTEM, apk.ECOSYSTEM, pip.ECOSYSTEM, npm.ECOSYSTEM)

_NOT_READ = ("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm")
"""Where rpm keeps its database, in a format of its own."""


def keeper() -> KeptFiles:
    """What keeps the databases of all ecosystems while layers are read."""
    return KeptFiles(_most_of)


def read_packages(files: FileSystem, contents: Mapping[bytes, bytes]) -> Reading:
    """The packages of a file system whose databases were kept. `unread` also names what was not kept, and rpm."""
    packages: list[Package] = []
    unread = [path for path in _NOT_READ if any(f"{path}/{name}" in files for name in ("rpmdb.sqlite", "Packages"))]
    for ecosystem in ECOSYSTEMS:
        mine: dict[str, bytes] = {}
        for path, entry in files.items():
            if entry.digest is None or ecosystem.most_of(path) is None:
                continue
            if entry.digest in contents:
                mine[path] = contents[entry.digest]
            else:
                unread.append(path)
        found = ecosystem.read(mine)
        packages += found.packages
        unread += found.unread
    return Reading(tuple(packages), tuple(unread))


def _most_of(path: str) -> int | None:
    return next((most for ecosystem in ECOSYSTEMS if (most := ecosystem.most_of(path)) is not None), None)
