"""Packages as package managers wrote them down in an image, and what a reader of their databases is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One installed package. `place` is the file that says so.

    `files` are the paths that it owns, where the database tells; `directory` is set where everything below belongs to
    it, save what a package further down owns. No path has a slash at its ends.
    """

    ecosystem: str
    name: str
    version: str
    place: str
    files: tuple[str, ...] = ()
    directory: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found, and the files that it could not make sense of."""

    packages: tuple[Package, ...]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ecosystem:
    """One kind of packages. `most_of` is for `KeptFiles`; `read` takes its files by path and never raises."""

    name: str
    most_of: Callable[[str], int | None]
    read: Callable[[Mapping[str, bytes]], Reading]
