"""Which directory is the build context of a Dockerfile that no compose file mentions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath


def infer_context(root: Path, dockerfile: str, sources: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The nearest ancestor of the Dockerfile in which every COPY source exists, and the sources found nowhere.

    Where there is none, the ancestor with the fewest missing sources, the nearest of equals.
    """
    wanted = [s for s in dict.fromkeys(sources) if "$" not in s]
    best: tuple[int, str, tuple[str, ...]] | None = None
    for directory in PurePosixPath(dockerfile).parents:
        missing = tuple(s for s in wanted if not exists(root / directory, s))
        if not missing:
            return str(directory), ()
        if best is None or len(missing) < best[0]:
            best = (len(missing), str(directory), missing)
    assert best is not None, "a relative path always has the parent '.'"
    return best[1], best[2]


def exists(directory: Path, source: str) -> bool:
    """Whether a COPY source, which may be a pattern, matches anything below the directory."""
    relative = source.lstrip("/")
    if not relative or relative == ".":
        return True
    try:
        if any(c in relative for c in "*?["):
            return next(directory.glob(relative), None) is not None
        return (directory / relative).exists()
    except (OSError, ValueError, NotImplementedError):  # a name or pattern that no file can have
        return False
