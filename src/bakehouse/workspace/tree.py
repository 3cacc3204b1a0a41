"""A directory goes in; the files that can tell of services come out, workspace-relative and sorted.

Version control, dependency and cache directories are not entered, symbolic links to directories not followed
(so no loop can arise), and what cannot be read becomes a notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from bakehouse.model.file_source import EntryKind, FileSource
from bakehouse.model.service import Notice
from bakehouse.workspace.work_tree import WorkTree

PRUNED = frozenset({
    "node_modules", "bower_components", "jspm_packages", "venv", "site-packages", "__pycache__", "__pypackages__",
    "vendor", "third_party", "target", "dist", "htmlcov", "coverage", "bazel-out",
})  # fmt: skip
SEEN_THOUGH_HIDDEN = frozenset({".docker", ".deploy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """All files that were found, POSIX and relative to `root`; `notices` tell what could not be read."""

    root: Path
    source: FileSource
    files: tuple[str, ...]
    notices: tuple[Notice, ...] = ()

    def data(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError."""
        return self.source.read(path)

    def read(self, path: str) -> str:
        """The text of a file (UTF-8, a byte order mark dropped, bad bytes replaced). Raises OSError."""
        return self.source.read(path).decode("utf-8-sig", "replace")

    def is_file(self, path: str) -> bool:
        """Whether there is a file at a path, links followed."""
        found = self.source.followed(path)
        return found is not None and found.kind is EntryKind.FILE

    def is_directory(self, path: str) -> bool:
        """Whether there is a directory at a path, links followed."""
        found = self.source.followed(path)
        return found is not None and found.kind is EntryKind.DIRECTORY


def walk(root: Path, exclude: Sequence[str] = (), source: FileSource | None = None) -> Tree:
    """List the files of `source` (the work tree at `root`, if not given); `exclude` are globs of paths in it."""
    source = source or WorkTree(root)
    files: list[str] = []
    notices: list[Notice] = []
    pending = [""]
    while pending:
        directory = pending.pop()
        try:
            entries = source.entries(directory)
        except OSError as error:
            notices.append(Notice(message=f"cannot be read: {error.strerror}", path=directory or "."))
            continue
        for name, entry in entries.items():
            path = f"{directory}/{name}" if directory else name
            if exclude and _excluded(path, exclude):
                continue
            if entry.kind is EntryKind.DIRECTORY:
                if not _pruned(source, path, name):
                    pending.append(path)
            elif entry.kind is EntryKind.FILE or (entry.kind is EntryKind.LINK and _leads_to_file(source, path)):
                files.append(path)
    return Tree(root=root, source=source, files=tuple(sorted(files)), notices=tuple(notices))


def _pruned(source: FileSource, path: str, name: str) -> bool:
    """Directories of tools, not of people. A Python environment is known by its marker file."""
    if name in PRUNED or (name.startswith(".") and name not in SEEN_THOUGH_HIDDEN):
        # `target`, `vendor` and `dist` may be directories of people: then they hold a Dockerfile.
        return name.startswith(".") or not _leads_to_file(source, f"{path}/Dockerfile")
    return source.entry(f"{path}/pyvenv.cfg") is not None


def _leads_to_file(source: FileSource, path: str) -> bool:
    found = source.followed(path)
    return found is not None and found.kind is EntryKind.FILE


def _excluded(path: str, globs: Sequence[str]) -> bool:
    return any(fnmatch(path, g.rstrip("/")) or PurePosixPath(path).match(g.rstrip("/")) for g in globs)
