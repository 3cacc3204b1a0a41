"""Node packages: the package.json of every directory that lies right below a node_modules."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

import msgspec

from bakehouse.image.packages.package import Ecosystem, Package, Reading

_MANIFEST = re.compile(r"(?:^|/)node_modules/(?:@[^/]+/)?[^/@.][^/]*/package\.json$")


class _Manifest(msgspec.Struct, frozen=True):
    name: str
    version: str


def most_of(path: str) -> int | None:
    """Bytes of a file that is wanted; None for others."""
    return 1 << 20 if path.endswith("/package.json") and _MANIFEST.search(path) else None


def read(files: Mapping[str, bytes]) -> Reading:
    """All installed packages; everything below its directory is a package's own."""
    packages: list[Package] = []
    unread: list[str] = []
    for path, content in files.items():
        try:
            found = msgspec.json.decode(content, type=_Manifest)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            unread.append(path)
            continue
        directory = posixpath.dirname(path)
        packages.append(
            Package(ecosystem="npm", name=found.name, version=found.version, place=path, directory=directory)
        )
    return Reading(tuple(packages), tuple(unread))


ECOSYSTEM = Ecosystem("npm", most_of, read)
