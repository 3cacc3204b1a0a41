"""Alpine packages: the database of installed ones (apk-tools, "apk spec": P name, V version, F directory, R file)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bakehouse.image.packages.package import Ecosystem, Package, Reading

_DATABASES = ("lib/apk/db/installed", "usr/lib/apk/db/installed")


def most_of(path: str) -> int | None:
    """Bytes of a file that is wanted; None for others."""
    return 64 << 20 if path in _DATABASES else None


def read(files: Mapping[str, bytes]) -> Reading:
    """All installed packages, with the files of each."""
    packages: list[Package] = []
    unread: list[str] = []
    for path, content in files.items():
        found = list(_packages(content.decode("utf-8", "surrogateescape"), path))
        packages += found
        if content.strip() and not found:
            unread.append(path)
    return Reading(tuple(packages), tuple(unread))


def _packages(text: str, place: str) -> Iterator[Package]:
    name = version = directory = ""
    files: list[str] = []
    for line in [*text.splitlines(), ""]:
        key, _, value = line.partition(":")
        if key == "P":
            name = _plain(value)
        elif key == "V":
            version = _plain(value)
        elif key == "F":
            directory = value
        elif key == "R":
            files.append(f"{directory}/{value}" if directory else value)
        elif not line and name:
            yield Package(ecosystem="apk", name=name, version=version, place=place, files=tuple(files))
            name = version = directory = ""
            files = []


def _plain(value: str) -> str:
    """Text, as opposed to the bytes of a path."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


ECOSYSTEM = Ecosystem("apk", most_of, read)
