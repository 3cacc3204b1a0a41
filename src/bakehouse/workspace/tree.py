"""A directory goes in; the files that can tell of services come out, workspace-relative and sorted.

Version control, dependency and cache directories are not entered, symbolic links to directories not followed
(so no loop can arise), and what cannot be read becomes a notice.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from bakehouse.model.service import Notice

PRUNED = frozenset({
    "node_modules", "bower_components", "jspm_packages", "venv", "site-packages", "__pycache__", "__pypackages__",
    "vendor", "third_party", "target", "dist", "htmlcov", "coverage", "bazel-out",
})  # fmt: skip
SEEN_THOUGH_HIDDEN = frozenset({".docker", ".deploy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """All files that were found, POSIX and relative to `root`; `notices` tell what could not be read."""

    root: Path
    files: tuple[str, ...]
    notices: tuple[Notice, ...] = ()

    def data(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError."""
        return (self.root / path).read_bytes()

    def read(self, path: str) -> str:
        """The text of a file (UTF-8, a byte order mark dropped, bad bytes replaced). Raises OSError."""
        return (self.root / path).read_text(encoding="utf-8-sig", errors="replace")


def walk(root: Path, exclude: Sequence[str] = ()) -> Tree:
    """List the files below `root`; `exclude` are globs of paths relative to it."""
    files: list[str] = []
    notices: list[Notice] = []
    pending = [""]
    while pending:
        directory = pending.pop()
        try:
            entries = sorted(os.scandir(root / directory), key=lambda e: e.name)
        except OSError as error:
            notices.append(Notice(message=f"cannot be read: {error.strerror}", path=directory or "."))
            continue
        for entry in entries:
            path = f"{directory}/{entry.name}" if directory else entry.name
            if _excluded(path, exclude):
                continue
            if entry.is_dir(follow_symlinks=False):
                if not _pruned(entry):
                    pending.append(path)
            elif not entry.is_symlink() or _is_file(entry):
                files.append(path)
    return Tree(root=root, files=tuple(sorted(files)), notices=tuple(notices))


def _pruned(entry: os.DirEntry[str]) -> bool:
    """Directories of tools, not of people. A Python environment is known by its marker file."""
    if entry.name in PRUNED or (entry.name.startswith(".") and entry.name not in SEEN_THOUGH_HIDDEN):
        # `target`, `vendor` and `dist` may be directories of people: then they hold a Dockerfile.
        return entry.name.startswith(".") or not Path(entry.path, "Dockerfile").is_file()
    return Path(entry.path, "pyvenv.cfg").exists()


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that points at itself
        return False


def _excluded(path: str, globs: Sequence[str]) -> bool:
    return any(fnmatch(path, g.rstrip("/")) or PurePosixPath(path).match(g.rstrip("/")) for g in globs)
