"""Which directory is the build context of a Dockerfile that no compose file mentions."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from bakehouse.model.file_source import EntryKind, FileSource


def infer_context(files: FileSource, dockerfile: str, sources: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The nearest ancestor of the Dockerfile in which every COPY source exists, and the sources found nowhere.

    Where there is none, the ancestor with the fewest missing sources, the nearest of equals.
    """
    wanted = [s for s in dict.fromkeys(sources) if "$" not in s]
    best: tuple[int, str, tuple[str, ...]] | None = None
    for directory in PurePosixPath(dockerfile).parents:
        missing = tuple(s for s in wanted if not exists(files, str(directory), s))
        if not missing:
            return str(directory), ()
        if best is None or len(missing) < best[0]:
            best = (len(missing), str(directory), missing)
    assert best is not None, "a relative path always has the parent '.'"
    return best[1], best[2]


def exists(files: FileSource, directory: str, source: str) -> bool:
    """Whether a COPY source, which may be a pattern, matches anything below the directory."""
    found = [directory]
    for part in (p for p in source.split("/") if p not in ("", ".")):
        if any(c in part for c in "*?["):
            found = [_inside(d, name) for d in found for name in _names(files, d) if fnmatchcase(name, part)]
        else:
            found = [path for d in found if files.followed(path := _inside(d, part)) is not None]
    return bool(found)


def _inside(directory: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(directory, name))


def _names(files: FileSource, directory: str) -> Sequence[str]:
    found = files.followed(directory)
    if found is None or found.kind is not EntryKind.DIRECTORY:
        return ()
    try:
        return tuple(files.entries("" if directory == "." else directory))
    except OSError:
        return ()
