"""A build context as BuildKit's client walks it: a `FileSource`, a directory, an ignore file in, `Node`s out.

Directories are listed when they are first asked for, and once. Paths are relative to the context, with slashes; "." is
its top. Symbolic links are never followed on a walk; `resolve` follows one path as BuildKit does, without leaving
the context.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bakehouse.dockerfile.ignore import IgnoreMatcher, IgnoreRule, Visit, candidates, read_ignore
from bakehouse.model.file_source import Entry, EntryKind, FileSource

MAX_LINKS = 255
"""How many links one path may take, as in containerd's continuity, which BuildKit resolves paths with."""

_KEPT = Visit(excluded=False, prune=False, matched=0)


class Node(NamedTuple):
    """One name of a context; `visit` is the ignore file's verdict on it."""

    path: str
    entry: Entry
    visit: Visit

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory (a link to one is none)."""
        return self.entry.kind is EntryKind.DIRECTORY

    @property
    def size(self) -> int:
        """Bytes of content; 0 for what has none."""
        return self.entry.size if self.entry.kind is EntryKind.FILE else 0


class ContextTree:
    """The files below `directory` (relative to the root of `source`), under one ignore file.

    `hidden` are names at the top that nobody sees: our own state directory, which a plan keeps out of every context.
    `unreadable` maps the directories that could not be listed to why; they count as empty.
    """

    def __init__(
        self,
        source: FileSource,
        directory: str = ".",
        matcher: IgnoreMatcher | None = None,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        self.source = source
        self.directory = directory
        self.matcher = matcher
        self.hidden = hidden
        self.unreadable: dict[str, str] = {}
        self._names: dict[str, Mapping[str, Node]] = {}
        self._present: dict[str, bool] = {}

    def names(self, path: str = ".") -> Mapping[str, Node]:
        """All names in a directory, ignored ones too, in the order of the source."""
        found = self._names.get(path)
        if found is None:
            found = self._names[path] = self._list(path)
        return found

    def node(self, path: str) -> Node | None:
        """What is at a path, ignored or not; links are not followed."""
        if path == ".":
            return Node(".", Entry(EntryKind.DIRECTORY, 0o755), _KEPT)
        directory, _, name = path.rpartition("/")
        above = self.node(directory or ".")
        if above is None or not above.is_directory:
            return None
        return self.names(directory or ".").get(name)

    def present(self, node: Node) -> bool:
        """Whether BuildKit's client would offer it: it is not ignored, or something below it comes back."""
        if not node.visit.excluded:
            return True
        if not node.is_directory or node.visit.prune:
            return False
        known = self._present.get(node.path)
        if known is None:
            known = self._present[node.path] = self._comes_back(node.path)
        return known

    def children(self, path: str) -> list[Node]:
        """The names in a directory that are present."""
        return [node for node in self.names(path).values() if self.present(node)]

    def walk(self, path: str = ".", *, ignored: bool = False) -> Iterator[Node]:
        """Everything below a directory that is present (`ignored`: all there is), each directory before its content."""
        pending = [iter(self._some(path, ignored))]
        while pending:
            node = next(pending[-1], None)
            if node is None:
                pending.pop()
                continue
            yield node
            if node.is_directory:
                pending.append(iter(self._some(node.path, ignored)))

    def resolve(self, path: str) -> str | None:
        """The path with all its links followed; a link never leads out of the context. None: links in a circle.

        Parts that are not there stay as they are, so that the result may name nothing.
        """
        todo = [part for part in reversed(path.split("/")) if part not in ("", ".")]
        done: list[str] = []
        links = 0
        while todo:
            part = todo.pop()
            if part == "..":
                del done[-1:]
                continue
            here = "/".join([*done, part])
            node = self.node(here)
            if node is None or node.entry.kind is not EntryKind.LINK or not self.present(node):
                done.append(part)
                continue
            links += 1
            if links > MAX_LINKS:
                return None
            target = self.link(node)
            if target.startswith("/"):
                done = []
            todo += [part for part in reversed(target.split("/")) if part not in ("", ".")]
        return "/".join(done) or "."

    def link(self, node: Node) -> str:
        """Where a link points, as written; "" where it cannot be read."""
        try:
            return self.source.link(self.outer(node.path))
        except OSError:
            return ""

    def outer(self, path: str) -> str:
        """A path of the context as a path of the source."""
        return posixpath.normpath(posixpath.join(self.directory, path))

    def rule_of(self, node: Node) -> IgnoreRule | None:
        """The rule that ignores a node: the last one that matched it or a directory above it."""
        if self.matcher is None or not node.visit.excluded or not node.visit.matched:
            return None
        return self.matcher.rules[node.visit.matched.bit_length() - 1]

    def _some(self, path: str, ignored: bool) -> list[Node]:
        return list(self.names(path).values()) if ignored else self.children(path)

    def _list(self, path: str) -> dict[str, Node]:
        above = self.node(path)
        parent = above.visit if above is not None and path != "." else None
        try:
            entries = self.source.entries(self.outer(path))
        except OSError as error:
            self.unreadable[path] = error.strerror or str(error)
            return {}
        if path == "." and not self.hidden.isdisjoint(entries):
            entries = {name: entry for name, entry in entries.items() if name not in self.hidden}
        matcher, prefix = self.matcher, "" if path == "." else path + "/"
        if not matcher:
            return {name: Node(prefix + name, entry, _KEPT) for name, entry in entries.items()}
        return {
            name: Node(
                prefix + name,
                entry,
                matcher.visit(prefix + name, parent, is_directory=entry.kind is EntryKind.DIRECTORY),
            )
            for name, entry in entries.items()
        }

    def _comes_back(self, path: str) -> bool:
        """Whether anything below an ignored directory is not ignored; looks no further than the first such thing."""
        pending = [path]
        while pending:
            for node in self.names(pending.pop()).values():
                if not node.visit.excluded:
                    return True
                if node.is_directory and not node.visit.prune:
                    pending.append(node.path)
        return False


def find_ignore_file(source: FileSource, dockerfile: str | None, context: str) -> str | None:
    """The ignore file that BuildKit would use, as a path of the source: the Dockerfile's own, else the context's.

    Both `dockerfile` and `context` are paths of the source.
    """
    own, common = candidates(dockerfile or "")
    wanted = [own] if dockerfile else []
    for path in (*wanted, posixpath.normpath(posixpath.join(context, common))):
        entry = source.followed(path)
        if entry is not None and entry.kind is EntryKind.FILE:
            return path
    return None


def open_context(
    source: FileSource, dockerfile: str | None, context: str, hidden: frozenset[str] = frozenset()
) -> ContextTree:
    """The context of a Dockerfile under the ignore file in force. Raises IgnoreFileError, OSError."""
    path = find_ignore_file(source, dockerfile, context)
    matcher = read_ignore(source.read(path), path) if path else None
    return ContextTree(source, context, matcher, hidden)
