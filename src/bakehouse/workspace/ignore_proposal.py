"""An ignore file for a context: the views of all builds it would govern go in, a text that was tried out comes out.

The text is tried on the same tree before it is offered: every source must still take every file it takes now, but
for those that the text leaves out on purpose (what looks like a secret, a dependency, a product and is named by
no instruction). What is named in a COPY is never left out.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bakehouse.dockerfile.ignore import IgnoreFileError, read_ignore
from bakehouse.dockerfile.path_match import has_wildcard
from bakehouse.model.file_source import EntryKind
from bakehouse.workspace.context_selection import Taken, take
from bakehouse.workspace.context_tree import ContextTree, Node
from bakehouse.workspace.context_view import ContextView
from bakehouse.workspace.file_roles import Role, role_of

_SPECIAL = re.compile(r"[*?\[\]\\]")
_ANYWHERE = frozenset({Role.DEPENDENCIES, Role.CACHE, Role.LOG, Role.EDITOR})
_ITSELF = "**/*.dockerignore"
"""A new ignore file would else be one more file that `COPY . .` takes."""
_WHY = {
    Role.SECRET: "what looks like a secret",
    Role.DEPENDENCIES: "installed packages: the build installs its own",
    Role.PRODUCT: "build products: the build makes its own",
    Role.CACHE: "caches of tools",
    Role.HISTORY: "version control",
    Role.LOG: "logs",
    Role.EDITOR: "files of editors",
    Role.BUILD: "the image's own build files, so that a change to them keeps the cache",
}


@dataclass(frozen=True, slots=True)
class Marked:
    """The top of something with a role. `named`: the first source that names it or something in it."""

    node: Node
    role: Role
    named: Taken | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed text; `form` as in model.context.IgnoreProposal. `tree` is the context under it."""

    form: str
    text: str
    reasons: tuple[str, ...]
    tree: ContextTree


def mark(view: ContextView, others: Sequence[ContextView] = ()) -> tuple[Marked, ...]:
    """The tops of all that is present and looks like something an image does not need, in path order."""
    sources = [found for v in (view, *others) for found in v.taken_by_any_stage]
    found: list[Marked] = []
    pending = ["."]
    while pending:
        path = pending.pop()
        names = view.tree.names(path)
        for node in view.tree.children(path):
            role = role_of(posixpath.basename(node.path), names, is_directory=node.is_directory)
            if role is not None:
                found.append(Marked(node, role, next((t for t in sources if _names(t, node)), None)))
            elif node.is_directory:
                pending.append(node.path)
    return tuple(sorted(found, key=lambda marked: marked.node.path))


def propose(view: ContextView, existing: bytes | None, others: Sequence[ContextView] = ()) -> Draft | None:
    """A better ignore file for a view, or None where there is nothing to leave out.

    `existing` are the bytes of the file in force; its lines stay. `others` are the builds that the file governs too.
    """
    views = (view, *others)
    unwanted = [marked for marked in mark(view, others) if marked.named is None]
    precise = not any(_is_wide(found) for v in views for found in v.taken_by_any_stage)
    if existing is None and precise:
        draft = _tried(views, "allow-list", _allow(views, unwanted), unwanted)
        if draft is not None:
            return draft
    taken = {path for v in views for path in v.used}
    wasted = [marked for marked in unwanted if _is_taken(marked.node, taken)]
    if not wasted:
        return None
    lines, reasons = _deny(wasted)
    text = "\n".join(lines) + "\n"
    if existing is None:
        return _tried(views, "deny-list", (f"{text}{_ITSELF}\n", reasons), unwanted)
    return _tried(views, "additions", (_appended(existing, text), reasons), unwanted)


def _names(taken: Taken, node: Node) -> bool:
    """Whether a source was written for this very thing, not for a directory above it."""
    below = node.path + "/"
    return any(match == node.path or match.startswith(below) for match in taken.matches)


def _is_wide(taken: Taken) -> bool:
    return taken.whole or "." in taken.matches


def _is_taken(node: Node, taken: set[str]) -> bool:
    return node.path in taken


def _allow(views: Sequence[ContextView], unwanted: Sequence[Marked]) -> tuple[str, tuple[str, ...]]:
    """Everything out, what the sources name back in, and out again what nobody wants in those directories."""
    wanted = dict.fromkeys(path for v in views for found in v.taken_by_any_stage for path in _patterns(v, found))
    lines = ["# Everything stays out of the context but what COPY, ADD and mounts name.", "*"]
    lines += [f"!{path}" for path in wanted]
    taken = {path for v in views for path in v.used}
    more, reasons = _deny([marked for marked in unwanted if _is_taken(marked.node, taken)])
    return "\n".join([*lines, *more]) + "\n", reasons


def _patterns(view: ContextView, taken: Taken) -> Iterator[str]:
    """The ignore patterns that let a source through: its own path or pattern, and where its links lead."""
    source = taken.source
    path = source.context_path
    if source.parents:
        yield path.replace("/./", "/")
        return
    yield path if has_wildcard(path) and not source.is_mount else _quoted(path)
    for match in taken.matches:
        resolved = view.tree.resolve(match)
        if resolved is not None and resolved != match:
            yield _quoted(resolved)


def _deny(unwanted: Iterable[Marked]) -> tuple[list[str], tuple[str, ...]]:
    """Lines that leave things out, grouped by what they look like; and the reasons."""
    groups: dict[Role, dict[str, None]] = {}
    for marked in unwanted:
        groups.setdefault(marked.role, {})[_pattern(marked)] = None
    lines: list[str] = []
    for role, patterns in groups.items():
        lines += [f"# {_WHY[role]}", *patterns]
    return lines, tuple(_WHY[role] for role in groups)


def _pattern(marked: Marked) -> str:
    """The name anywhere for what tools leave everywhere, else the very path."""
    path = marked.node.path
    name = posixpath.basename(path)
    if name.endswith(".dockerignore"):
        return _ITSELF
    if marked.node.is_directory:
        return f"**/{_quoted(name)}" if marked.role in _ANYWHERE and name != "vendor" else _quoted(path)
    suffix = posixpath.splitext(name)[1]
    if marked.role in (Role.LOG, Role.PRODUCT) and suffix:
        return f"**/*{_quoted(suffix)}"
    return f"**/{_quoted(name)}" if marked.role in _ANYWHERE else _quoted(path)


def _quoted(path: str) -> str:
    """A path as a pattern that matches it and nothing else."""
    text = _SPECIAL.sub(lambda found: "\\" + found[0], path)
    return "\\" + text if text.startswith(("#", "!")) else text


def _appended(existing: bytes, text: str) -> str:
    """The file as it is with lines after it, in its own line ends."""
    before = existing.decode("utf-8", "surrogateescape")
    newline = "\r\n" if "\r\n" in before else "\n"
    gap = "" if not before or before.endswith("\n") else newline
    return before + gap + text.replace("\n", newline)


def _tried(
    views: Sequence[ContextView], form: str, made: tuple[str, tuple[str, ...]], unwanted: Sequence[Marked]
) -> Draft | None:
    """The text as a draft, where no source loses a file that it should keep; else None."""
    text, reasons = made
    before = views[0].tree
    try:
        matcher = read_ignore(text.encode("utf-8", "surrogateescape"))
    except IgnoreFileError:
        return None
    tree = ContextTree(before.source, before.directory, matcher, before.hidden)
    for view in views:
        for found in view.taken_by_any_stage:
            if not _keeps(found, take(tree, found.source), unwanted):
                return None
    return Draft(form, text, reasons, tree)


def _keeps(before: Taken, after: Taken, unwanted: Sequence[Marked]) -> bool:
    if before.problem is not None:
        return True
    kept = {node.path for node in after.nodes}
    lost = [n.path for n in before.nodes if n.path not in kept and n.entry.kind is not EntryKind.DIRECTORY]
    tops = tuple(marked.node.path for marked in unwanted)
    below = tuple(f"{path}/" for path in tops)
    return after.problem is None and all(path in tops or path.startswith(below) for path in lost)
