"""What a COPY, an ADD or a bind mount takes out of a context, and what BuildKit's client sends for all of them.

A `ContextTree` and the sources of a Dockerfile go in, the nodes come out. What is taken follows fsutil's copy:
wildcards part by part, links of the source itself followed, links inside a directory copied as links, --exclude and
--parents relative to what the source resolved to. What is sent follows the followPaths of BuildKit's Dockerfile
frontend and fsutil's FollowLinks. Both are checked against BuildKit in tests/integration/test_context_oracle.py.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from bakehouse.dockerfile.ignore import IgnoreFileError, IgnoreMatcher, Visit, match_patterns
from bakehouse.dockerfile.ignore_pattern import SPECIAL
from bakehouse.dockerfile.meaning import Meaning
from bakehouse.dockerfile.mounts import clean_path
from bakehouse.dockerfile.path_match import PathPatternError, has_wildcard, matcher, split_wildcards
from bakehouse.dockerfile.sources import Source
from bakehouse.model.file_source import EntryKind
from bakehouse.workspace.context_tree import ContextTree, Node


@dataclass(frozen=True, slots=True)
class Taken:
    """What one source takes.

    `nodes` are files, links and directories, each once; `matches` the paths that the source stands for, links not
    yet followed. `problem` says why BuildKit would fail on it; `whole`: it could not be resolved, so it counts as
    the whole context.
    """

    source: Source
    nodes: tuple[Node, ...]
    matches: tuple[str, ...] = ()
    problem: str | None = None
    whole: bool = False

    @property
    def files(self) -> int:
        """How many files."""
        return sum(1 for node in self.nodes if node.entry.kind is EntryKind.FILE)

    @property
    def size(self) -> int:
        """Bytes of those files."""
        return sum(node.size for node in self.nodes)


class _NothingThereError(Exception):
    """BuildKit would stop at this source."""


def take(tree: ContextTree, source: Source) -> Taken:
    """What a source of kind CONTEXT takes, after the ignore file. See also `with_heads`."""
    if not source.certain:
        return Taken(source, tuple(tree.walk()), (".",), whole=True)
    try:
        root, inside = _split(source)
        matches = [root] if source.is_mount else _matches(tree, root)
        include = None if inside is None else match_patterns((inside,), "--parents")
        exclude = match_patterns(source.excludes, "--exclude") if source.excludes else None
        found: dict[str, Node] = {}
        for match in matches:
            for node in _below(tree, match, include, exclude):
                found.setdefault(node.path, node)
        if inside is not None and not found and not has_wildcard(source.path):
            raise _NothingThereError(f"{source.path}: not found in the context")
    except (PathPatternError, IgnoreFileError, _NothingThereError) as error:
        return Taken(source, (), (), problem=error.message if isinstance(error, IgnoreFileError) else str(error))
    return Taken(source, tuple(found.values()), tuple(matches))


def with_heads(tree: ContextTree, taken: Iterable[Taken], sent_paths: frozenset[str]) -> tuple[Taken, ...]:
    """The same, with one more reason to fail: BuildKit looks for matches below what stands before the first wildcard.

    A pattern without any match is no error, but that directory must have been sent, and it is only where something
    below it is: `COPY conf/*.optional /` fails on an existing `conf` without a match.
    """
    return tuple(_with_head(tree, found, sent_paths) for found in taken)


def _with_head(tree: ContextTree, taken: Taken, sent_paths: frozenset[str]) -> Taken:
    if taken.source.is_mount or taken.problem or taken.nodes:
        return taken
    start, inside = _split(taken.source)
    head, rest = split_wildcards(start)
    if tree.resolve(head) in sent_paths | {"."} or (inside is None and not rest):
        return taken
    return replace(
        taken, problem=f"{taken.source.path}: nothing matches, so {head} is not sent and BuildKit fails on it"
    )


def _split(source: Source) -> tuple[str, str | None]:
    """The path where copying starts, and for --parents the pattern below it."""
    if not source.parents or source.is_mount:
        return source.context_path, None
    parent, pivot, pattern = source.path.partition("/./")
    if not pivot:
        parent, pattern = "", source.path
    start = clean_path("/" + parent)[1:] or "."
    return start, clean_path("/" + pattern)[1:]


def _matches(tree: ContextTree, path: str) -> list[str]:
    """The paths that a source with or without wildcards stands for. One without stands for itself, there or not."""
    head, rest = split_wildcards(path)
    if not rest:
        return [path]
    start = tree.resolve(head)
    top = tree.node(start) if start is not None else None
    if top is None or not tree.present(top):
        raise _NothingThereError(f"{head}: not found in the context")
    parts = [matcher(part) for part in rest.split("/")]
    level = [top.path] if top.is_directory else []
    for number, part in enumerate(parts, start=1):
        found = [node for path in level for node in tree.children(path) if part(node.path.rpartition("/")[2])]
        level = [node.path for node in found if number == len(parts) or node.is_directory]
    return sorted(level)


def _below(
    tree: ContextTree, match: str, include: IgnoreMatcher | None, exclude: IgnoreMatcher | None
) -> Iterator[Node]:
    """What copying a match takes: the file itself, or a directory with its content."""
    path = tree.resolve(match)
    node = tree.node(path) if path is not None else None
    if node is None or not tree.present(node):
        raise _NothingThereError(f"{match}: not found in the context")
    if not node.is_directory:
        if include is None:
            yield node
        return
    if include is None:
        if node.path != ".":
            yield node
        if exclude is None:
            yield from tree.walk(node.path)
            return
    yield from _filtered(tree, node, include, exclude)


def _filtered(
    tree: ContextTree, top: Node, include: IgnoreMatcher | None, exclude: IgnoreMatcher | None
) -> Iterator[Node]:
    """A directory's content that matches `include` and not `exclude`; directories above a match come with it."""
    prefix = 0 if top.path == "." else len(top.path) + 1
    may_hold = _reach(include)
    above: list[tuple[Node, bool]] = []  # the directories on the way, and whether they were given already
    pending: list[tuple[Iterator[Node], Visit | None, Visit | None]] = [(iter(tree.children(top.path)), None, None)]
    while pending:
        names, included, excluded = pending[-1]
        node = next(names, None)
        if node is None:
            pending.pop()
            del above[len(pending) - 1 if pending else 0 :]
            continue
        relative = node.path[prefix:]
        wanted = include.visit(relative, included) if include is not None else None
        unwanted = exclude.visit(relative, excluded, is_directory=node.is_directory) if exclude is not None else None
        taken = (wanted is None or wanted.excluded) and not (unwanted is not None and unwanted.excluded)
        if taken:
            yield from (directory for directory, given in above if not given)
            above = [(directory, True) for directory, _ in above]
            yield node
        pruned = unwanted is not None and unwanted.prune
        if node.is_directory and not pruned and (taken or may_hold(relative)):
            above.append((node, taken))
            pending.append((iter(tree.children(node.path)), wanted, unwanted))


def _reach(include: IgnoreMatcher | None) -> Callable[[str], bool]:
    """Whether a directory that does not match itself can hold what matches; saves walks through all of node_modules."""
    patterns = [rule.pattern.split("/") for rule in include.rules if not rule.negated] if include else []

    def may_hold(directory: str) -> bool:
        names = directory.split("/")
        return any(_leads(pattern, names) for pattern in patterns)

    return may_hold


def _leads(pattern: list[str], names: list[str]) -> bool:
    for part, name in zip(pattern, names, strict=False):
        if "**" in part:
            return True
        if part != name and not SPECIAL.search(part):
            return False
    return len(pattern) > len(names)


def followed_paths(meaning: Meaning) -> tuple[str, ...] | None:
    """The paths that the frontend asks the client for when the target is built; () nothing, None everything.

    Everything, too, where a source hangs on a variable that only a base image knows, and where a tmpfs mount
    names no other origin (see `tmpfs_lines`).
    """
    sources = meaning.context_sources
    if not sources:
        return ()
    paths = [clean_path("/" + source.path)[1:] for source in sources]
    if tmpfs_lines(meaning) or not all(paths) or not all(source.certain for source in sources):
        return None
    return tuple(sorted(set(paths)))


def tmpfs_lines(meaning: Meaning) -> tuple[int, ...]:
    """The lines of RUN instructions whose tmpfs mount has no `from`.

    BuildKit then names the context's root as something it needs (dockerfile2llb, dispatchRunMounts; measured with
    0.13), so that all of the context is sent as soon as any of it is.
    """
    steps = (step for found in meaning.reached for step in found.steps)
    return tuple(
        step.instruction.start_line for step in steps if any(m.type == "tmpfs" and not m.from_ for m in step.mounts)
    )


def sent(tree: ContextTree, paths: Iterable[str] | None) -> Iterator[Node]:
    """What BuildKit's client offers for followed paths (None: everything): files, links and directories.

    Raises IgnoreFileError for a path that makes no sense as a pattern.
    """
    if paths is None:
        yield from tree.walk()
        return
    wanted = _Followed(tree).run(paths)
    if wanted is None:
        yield from tree.walk()
    elif wanted:
        top = tree.node(".")
        assert top is not None, "a context always has a top"
        yield from _filtered(tree, top, match_patterns(wanted, "followed path"), None)


class _Followed:
    """The include patterns that the client makes of followed paths: links on the way are replaced or added.

    The client resolves links on the tree before the ignore file.
    """

    def __init__(self, tree: ContextTree) -> None:
        self.tree = tree
        self.found: set[str] = set()

    def run(self, paths: Iterable[str]) -> list[str] | None:
        """The patterns, without those that another one covers; None: no filter."""
        pending = list(paths)
        while pending:
            pending += self._follow(clean_path(pending.pop().lstrip("/")))
        kept: list[str] = []
        for path in sorted(self.found):
            if path == ".":
                return None
            if not (kept and path.startswith(kept[-1] + "/")):
                kept.append(path)
        return kept

    def _follow(self, path: str) -> list[str]:
        """Go down one path; remember what it names, and return where links on it lead."""
        parts = path.split("/")
        for count in range(1, len(parts) + 1):
            current = "/".join(parts[:count])
            targets = self._targets(current)
            rest = "/".join(parts[count:])
            if not rest or targets:
                if current in self.found:
                    return []
                self.found.add(current)
            if targets:
                return [posixpath.join(target, rest) for target in targets]
        return []

    def _targets(self, path: str) -> list[str]:
        """Where the links that a path (its last part may be a pattern) names point, relative to the context."""
        directory, _, name = path.rpartition("/")
        if not has_wildcard(name):
            node = self.tree.node(path)
            return [self._target(node)] if node is not None and node.entry.kind is EntryKind.LINK else []
        above = self.tree.node(directory or ".")
        if above is None or not above.is_directory:
            return []
        try:
            matches = matcher(name)
        except PathPatternError:
            return []
        nodes = self.tree.names(directory or ".").items()
        return [self._target(n) for found, n in nodes if n.entry.kind is EntryKind.LINK and matches(found)]

    def _target(self, node: Node) -> str:
        link = clean_path(self.tree.link(node))
        return clean_path(posixpath.join("/", posixpath.dirname(node.path), link))[1:] or "."
