"""Which package a path belongs to, by what the package managers wrote down."""

from __future__ import annotations

from collections.abc import Iterable

from bakehouse.image.packages import Package

_MERGED = ("bin/", "sbin/", "lib/", "lib64/", "lib32/")
"""Directories that are links into /usr on merged systems, while file lists may still say the old names."""


class Owners:
    """The packages of one image by the paths they own. Of several that list a path (a directory), the first."""

    def __init__(self, packages: Iterable[Package]) -> None:
        self._files: dict[str, Package] = {}
        self._directories: dict[str, Package] = {}
        for package in packages:
            if package.directory is not None:
                self._directories[package.directory] = package
            for path in package.files:
                self._files.setdefault(path, package)

    def of(self, path: str) -> Package | None:
        """The package of a path; None where no database names one."""
        found = self._files.get(path)
        if found is None and path.startswith("usr/") and path[4:].startswith(_MERGED):
            found = self._files.get(path[4:])
        elif found is None and path.startswith(_MERGED):
            found = self._files.get(f"usr/{path}")
        if found is not None or not self._directories:
            return found
        above = path
        while above:
            if above in self._directories:
                return self._directories[above]
            above = above.rpartition("/")[0]
        return None
