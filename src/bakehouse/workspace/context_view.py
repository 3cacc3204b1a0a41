"""One build and its context, side by side: what each instruction takes, what is sent, what is ignored and why.

A `ContextTree` and a `Meaning` go in. Everything is worked out when it is first asked for; the tree lists only
the directories that the question needs, so that asking what a COPY takes never walks through what is ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from bakehouse.dockerfile.ignore import IgnoreFileError, IgnoreMatcher, IgnoreRule, Visit
from bakehouse.dockerfile.meaning import Meaning
from bakehouse.dockerfile.sources import SourceKind
from bakehouse.model.file_source import EntryKind, FileSource
from bakehouse.workspace.context_selection import Taken, followed_paths, sent, take, with_heads
from bakehouse.workspace.context_tree import ContextTree, Node, find_ignore_file, open_context


@dataclass(frozen=True, slots=True)
class Ignored:
    """The top of something that the ignore file leaves out, and the rule that does."""

    node: Node
    rule: IgnoreRule | None


class ContextView:
    """`meaning` and what it takes of `tree`. `ignore_file` is the ignore file in force, as a path of the source."""

    def __init__(self, tree: ContextTree, meaning: Meaning, ignore_file: str | None = None) -> None:
        self.tree = tree
        self.meaning = meaning
        self.ignore_file = ignore_file

    @cached_property
    def taken(self) -> tuple[Taken, ...]:
        """What each COPY, ADD and bind mount of the stages that the target needs takes, in order."""
        found = (take(self.tree, source) for source in self.meaning.context_sources)
        return with_heads(self.tree, found, frozenset(node.path for node in self.sent))

    @cached_property
    def taken_by_any_stage(self) -> tuple[Taken, ...]:
        """The same for all stages, needed or not: what an ignore file must leave in for every target."""
        sources = (s for m in self.meaning.stages for s in m.sources if s.kind is SourceKind.CONTEXT)
        return tuple(take(self.tree, source) for source in sources)

    @cached_property
    def sent(self) -> tuple[Node, ...]:
        """What BuildKit's client offers for a build of the target, directories too.

        Nothing where a source makes no sense as a pattern: the build fails before anything is sent.
        """
        try:
            return tuple(sent(self.tree, followed_paths(self.meaning)))
        except IgnoreFileError:
            return ()

    @cached_property
    def used(self) -> frozenset[str]:
        """The paths that any stage takes."""
        return frozenset(node.path for found in self.taken_by_any_stage for node in found.nodes)

    def unused(self) -> Iterator[Node]:
        """The tops of what is not ignored and that no stage takes: files, links, and directories as a whole."""
        wanted = {"."}
        for used in self.used:
            path = used
            while path and path not in wanted:
                wanted.add(path)
                path = path.rpartition("/")[0]
        if any(found.whole for found in self.taken_by_any_stage):
            return
        pending = ["."]
        while pending:
            for node in self.tree.children(pending.pop()):
                if node.path not in wanted:
                    yield node
                elif node.is_directory:
                    pending.append(node.path)

    def ignored(self) -> Iterator[Ignored]:
        """The tops of what the ignore file leaves out."""
        pending = ["."]
        while pending:
            for node in self.tree.names(pending.pop()).values():
                if not self.tree.present(node):
                    yield Ignored(node, self.tree.rule_of(node))
                elif node.is_directory:
                    pending.append(node.path)

    def dead_rules(self) -> tuple[IgnoreRule, ...]:
        """The rules whose pattern matches nothing in the context, to leave it out or to bring it back.

        Walks through ignored directories too, until every rule has matched something.
        """
        rules = self.tree.matcher.rules if self.tree.matcher is not None else ()
        plain = IgnoreMatcher(tuple(replace(rule, negated=False) for rule in rules))
        matched, every = 0, (1 << len(rules)) - 1
        pending: list[tuple[str, Visit | None]] = [(".", None)] if rules else []
        while pending and matched != every:
            path, above = pending.pop()
            for node in self.tree.names(path).values():
                visit = plain.visit(node.path, above)
                matched |= visit.matched
                if node.is_directory:
                    pending.append((node.path, visit))
        return tuple(rule for number, rule in enumerate(rules) if not matched >> number & 1)


def view_context(source: FileSource, dockerfile: str | None, context: str, meaning: Meaning) -> ContextView:
    """The view of a Dockerfile (a path of the source) in a context. Raises IgnoreFileError, OSError."""
    tree = open_context(source, dockerfile, context)
    return ContextView(tree, meaning, find_ignore_file(source, dockerfile, context))


def bytes_of(tree: ContextTree, node: Node, *, ignored: bool = False) -> int:
    """Bytes of a file, or of all files below a directory that are present (`ignored`: of all there are)."""
    return sum(found.size for found in _all(tree, node, ignored))


def files_of(nodes: Iterable[Node]) -> int:
    """How many of the nodes are files."""
    return sum(1 for node in nodes if node.entry.kind is EntryKind.FILE)


def _all(tree: ContextTree, node: Node, ignored: bool) -> Iterator[Node]:
    yield node
    if node.is_directory:
        yield from tree.walk(node.path, ignored=ignored)
