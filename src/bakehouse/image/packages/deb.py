"""Debian packages: dpkg's status file and file lists, and the status.d that distroless images have instead.

Formats: deb822(5), dpkg-query(1); status.d/NAME is one paragraph, status.d/NAME.md5sums its files.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from bakehouse.image.packages.package import Ecosystem, Package, Reading

_STATUS = "var/lib/dpkg/status"
_PARTS = "var/lib/dpkg/status.d"
_INFO = "var/lib/dpkg/info"


def most_of(path: str) -> int | None:
    """Bytes of a file that is wanted; None for others."""
    directory, name = posixpath.split(path)
    if path == _STATUS:
        return 64 << 20
    if directory == _PARTS or (directory == _INFO and name.endswith(".list")):
        return 8 << 20
    return None


def read(files: Mapping[str, bytes]) -> Reading:
    """All installed packages, with the files of each."""
    packages: list[Package] = []
    unread: list[str] = []
    for path, content in files.items():
        if path.endswith((".list", ".md5sums")):
            continue
        paragraphs = list(_paragraphs(content.decode("utf-8", "replace")))
        named = [fields for fields in paragraphs if fields.get("package") and fields.get("version")]
        if content.strip() and not paragraphs:
            unread.append(path)
        for fields in named:
            if fields.get("status", "install ok installed").split()[-1:] == ["installed"]:
                packages.append(_package(fields, path, files))
    return Reading(tuple(packages), tuple(unread))


def _paragraphs(text: str) -> Iterator[dict[str, str]]:
    """The fields that matter, by their names in lower case; continuation lines are passed over."""
    fields: dict[str, str] = {}
    for line in [*text.splitlines(), ""]:
        if not line.strip():
            if fields:
                yield fields
            fields = {}
        elif not line[0].isspace():
            name, colon, value = line.partition(":")
            if colon and name.lower() in ("package", "version", "status", "architecture"):
                fields[name.lower()] = value.strip()


def _package(fields: Mapping[str, str], path: str, files: Mapping[str, bytes]) -> Package:
    name = fields["package"]
    return Package(
        ecosystem="deb", name=name, version=fields["version"], place=path, files=tuple(_owned(fields, path, files))
    )


def _owned(fields: Mapping[str, str], path: str, files: Mapping[str, bytes]) -> Iterator[str]:
    name = fields["package"]
    if posixpath.dirname(path) == _PARTS:
        for line in files.get(f"{path}.md5sums", b"").decode("utf-8", "surrogateescape").splitlines():
            yield line.partition("  ")[2].strip("/")
        return
    several = f"{_INFO}/{name}:{fields.get('architecture', '')}.list"  # a package that is there for two architectures
    content = files.get(several, files.get(f"{_INFO}/{name}.list", b""))
    for line in content.decode("utf-8", "surrogateescape").splitlines():
        yield line.strip("/")


ECOSYSTEM = Ecosystem("deb", most_of, read)
