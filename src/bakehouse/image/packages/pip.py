"""Python packages: *.dist-info (METADATA, RECORD) and the older *.egg-info, wherever they lie.

Formats: packaging.python.org, "Recording installed projects" and "Core metadata". Names are compared normalised, as
there. What a package carries inside itself (`_vendor`) is part of it and no package.
"""

from __future__ import annotations

import csv
import posixpath
import re
from collections.abc import Iterator, Mapping

from bakehouse.image.packages.package import Ecosystem, Package, Reading

_METADATA = re.compile(r"(?:^|/)[^/]+\.(?:dist-info/(?:METADATA|RECORD)|egg-info/PKG-INFO|egg-info)$")


def most_of(path: str) -> int | None:
    """Bytes of a file that is wanted; None for others."""
    return 4 << 20 if _METADATA.search(path) and "/_vendor/" not in path else None


def read(files: Mapping[str, bytes]) -> Reading:
    """All installed packages, with the files of each where a RECORD tells them."""
    packages: list[Package] = []
    unread: list[str] = []
    for path, content in files.items():
        if path.endswith("/RECORD"):
            continue
        fields = _fields(content.decode("utf-8", "replace"))
        if "name" not in fields or "version" not in fields:
            unread.append(path)
            continue
        name = re.sub(r"[-_.]+", "-", fields["name"]).lower()
        record = posixpath.join(posixpath.dirname(path), "RECORD")
        owned = tuple(_owned(record, files[record])) if record in files else ()
        packages.append(Package(ecosystem="pip", name=name, version=fields["version"], place=path, files=owned))
    return Reading(tuple(packages), tuple(unread))


def _fields(text: str) -> dict[str, str]:
    """Name and version from the head, which an empty line ends."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            break
        name, _, value = line.partition(":")
        if name.lower() in ("name", "version"):
            found.setdefault(name.lower(), value.strip())
    return found


def _owned(record: str, content: bytes) -> Iterator[str]:
    base = posixpath.dirname(posixpath.dirname(record))
    try:
        for row in csv.reader(content.decode("utf-8", "surrogateescape").splitlines()):
            if row:
                yield posixpath.normpath(posixpath.join("/", base, row[0])).strip("/")
    except csv.Error:
        return  # whose files they are is lost; the package itself is known


ECOSYSTEM = Ecosystem("pip", most_of, read)
