"""A `ContextView` goes in, a `ContextReport` comes out: sizes added up, the largest first, a proposal tried out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from bakehouse.dockerfile.ignore import IgnoreFileError
from bakehouse.model.context import ContextItem, ContextReport, ContextSource, IgnoreProposal, IgnoreRuleUse
from bakehouse.model.file_source import EntryKind
from bakehouse.workspace.context_selection import Taken, followed_paths, sent, tmpfs_lines
from bakehouse.workspace.context_tree import ContextTree, Node
from bakehouse.workspace.context_view import ContextView
from bakehouse.workspace.ignore_proposal import Draft, Marked, mark, propose

LARGEST = 10
"""How many of the largest paths are shown, and of those that nobody uses."""


class Sizes:
    """Bytes and files of every directory, added up from the nodes of one walk."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.bytes: dict[str, int] = {".": 0}
        self.files: dict[str, int] = {".": 0}
        self.below: dict[str, list[str]] = {}
        for node in nodes:
            self._add(node)

    def _add(self, node: Node) -> None:
        self.below.setdefault(node.path.rpartition("/")[0] or ".", []).append(node.path)
        count = int(node.entry.kind is EntryKind.FILE)
        path = node.path
        while True:
            self.bytes[path] = self.bytes.get(path, 0) + node.size
            self.files[path] = self.files.get(path, 0) + count
            if path == ".":
                return
            path = path.rpartition("/")[0] or "."

    def largest(self, count: int) -> list[str]:
        """Where the bytes are: a directory gives way to what is in it where one name there has half of them."""
        pending, found = list(self.below.get(".", ())), []
        while pending:
            path = pending.pop()
            inside = self.below.get(path, ())
            if any(self.bytes[name] * 2 >= self.bytes[path] > 0 for name in inside):
                pending += inside
            else:
                found.append(path)
        return sorted((p for p in found if self.bytes[p]), key=lambda p: (-self.bytes[p], p))[:count]


def report_context(
    view: ContextView, name: str, dockerfile: str, proposed_path: str, others: Mapping[str, ContextView]
) -> ContextReport:
    """Everything there is to say of a view.

    `proposed_path` is where a new ignore file would belong where none is in force; `others` are the other builds, by
    name, that the ignore file governs too.
    """
    present = Sizes(view.tree.walk())
    moved = Sizes(view.sent)
    sent_paths = {node.path for node in view.sent}
    target = view.meaning.target
    return ContextReport(
        service=name,
        dockerfile=dockerfile,
        context=view.tree.directory,
        target=target.stage.name if target else None,
        ignore_file=view.ignore_file,
        ignore_rules=len(view.tree.matcher.rules) if view.tree.matcher else 0,
        present_bytes=present.bytes["."],
        present_files=present.files["."],
        sent_bytes=moved.bytes["."],
        sent_files=moved.files["."],
        sources=tuple(_source(view, found) for found in view.taken),
        largest=tuple(_item(moved, path, sent_paths) for path in moved.largest(LARGEST)),
        unused=_first(_item(present, node.path, sent_paths) for node in view.unused()),
        suspicious=_suspicious(mark(view, tuple(others.values())), present, sent_paths),
        dead_rules=tuple(IgnoreRuleUse(pattern=rule.text.strip(), line=rule.line) for rule in view.dead_rules()),
        proposal=_proposal(view, proposed_path, others, moved),
        problems=_problems(view),
    )


def _source(view: ContextView, taken: Taken) -> ContextSource:
    source = taken.source
    stage = next((m.stage for m in view.meaning.reached if source in m.sources), None)
    return ContextSource(
        instruction="mount" if source.is_mount else source.instruction.name,
        text=source.path or ".",
        stage=stage.label if stage else "",
        line=source.instruction.start_line,
        files=taken.files,
        bytes=taken.size,
        problem=taken.problem,
        whole=taken.whole,
    )


def _item(sizes: Sizes, path: str, sent_paths: set[str], marked: Marked | None = None) -> ContextItem:
    return ContextItem(
        path=path,
        bytes=sizes.bytes.get(path, 0),
        files=sizes.files.get(path, 0),
        role=marked.role.value if marked else None,
        line=marked.named.source.instruction.start_line if marked and marked.named else None,
        sent=path in sent_paths,
    )


def _first(items: Iterable[ContextItem]) -> tuple[ContextItem, ...]:
    return tuple(sorted(items, key=lambda item: (-item.bytes, item.path))[:LARGEST])


def _suspicious(marked: Sequence[Marked], present: Sizes, sent_paths: set[str]) -> tuple[ContextItem, ...]:
    items = [_item(present, found.node.path, sent_paths, found) for found in marked if found.role.value != "build file"]
    return tuple(sorted(items, key=lambda item: (item.role != "secret", -item.bytes, item.path)))


def _problems(view: ContextView) -> tuple[str, ...]:
    lines = [
        f"line {found.source.instruction.start_line}: {found.problem}"
        for found in view.taken
        if found.problem is not None
    ]
    lines += [
        f"line {found.source.instruction.start_line}: {found.source.path} hangs on a variable that only the base image "
        "knows: it counts as the whole context"
        for found in view.taken
        if found.whole
    ]
    lines += [
        f"line {line}: a tmpfs mount without from=scratch makes BuildKit send the whole context"
        for line in (tmpfs_lines(view.meaning) if view.sent else ())
    ]
    lines += [f"{path}: {reason}: it counts as empty" for path, reason in view.tree.unreadable.items()]
    return tuple(lines)


def _proposal(view: ContextView, path: str, others: Mapping[str, ContextView], now: Sizes) -> IgnoreProposal | None:
    existing = view.tree.source.read(view.ignore_file) if view.ignore_file else None
    draft = propose(view, existing, tuple(others.values()))
    if draft is None:
        return None
    then = Sizes(_sent_under(draft.tree, view))
    place = view.ignore_file or path
    return IgnoreProposal(
        path=place,
        form=draft.form,
        text=draft.text,
        diff=_diff(place, existing, draft),
        sent_bytes=then.bytes["."],
        sent_files=then.files["."],
        saves_bytes=now.bytes["."] - then.bytes["."],
        saves_files=now.files["."] - then.files["."],
        reasons=draft.reasons,
        services=tuple(others),
    )


def _sent_under(tree: ContextTree, view: ContextView) -> Iterable[Node]:
    try:
        return tuple(sent(tree, followed_paths(view.meaning)))
    except IgnoreFileError:
        return view.sent


def _diff(path: str, existing: bytes | None, draft: Draft) -> str:
    before = (existing or b"").decode("utf-8", "replace").splitlines(keepends=True)
    after = draft.text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").splitlines(keepends=True)
    lines = difflib.unified_diff(before, after, f"a/{path}" if existing is not None else "/dev/null", f"b/{path}")
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)
