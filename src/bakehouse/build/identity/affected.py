"""Two sides of a repository go in, before and after a change; the targets whose identity differs come out.

The same as identifying everything twice and comparing, but in time that follows the number of services and of changed
paths, not of files: what a build takes is compared as instructions, and of files only the changed ones are looked
at. External images count by the name that a Dockerfile gives them: nobody is asked what they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from bakehouse.build.identity.collected import Collected, file_value
from bakehouse.build.identity.demand import Demand, Take, is_pattern
from bakehouse.build.identity.identify import Identifier, ImageFacts, wanted_images
from bakehouse.build.identity.selection import Selection
from bakehouse.build.identity.subject import Subject
from bakehouse.dockerfile.ignore import candidates
from bakehouse.model.file_source import EntryKind, FileSource
from bakehouse.model.identity import Affected, Change, ChangeKind, IngredientKind, compare
from bakehouse.workspace.libraries import lineage


@dataclass(slots=True)
class Side:
    """One state of the repository. `failures` are targets whose Dockerfile cannot be read there, with the reason;
    `links` all its symbolic links, None where they are not known beforehand."""

    files: FileSource
    subjects: Mapping[str, Subject]
    demands: Mapping[str, Mapping[str, Demand]]
    state: str
    failures: Mapping[str, str] = field(default_factory=dict)
    links: frozenset[str] | None = None
    _identifier: Identifier | None = field(default=None, init=False)

    @property
    def identifier(self) -> Identifier:
        """Identifies against this side, with external images known by name only."""
        if self._identifier is None:
            names = wanted_images((self.subjects[t] for t in self.demands), self.demands)
            facts = dict.fromkeys(names, ImageFacts(digest="by name", onbuild=False))
            self._identifier = Identifier(self.files, self.subjects, self.demands, facts, self.state)
        return self._identifier


def affected(before: Side, after: Side, changed: Sequence[str]) -> tuple[Affected, ...]:
    """The targets of `after` whose identity is another one than in `before`; `changed` are all paths that differ."""
    found: dict[str, list[Change]] = {}
    for target in after.subjects:
        if changes := _settled_changes(before, after, target):
            found[target] = changes
    seen: set[tuple[str, str]] = set()
    same_names = all((before.files.entry(p) is None) == (after.files.entry(p) is None) for p in changed)
    for side in (after,) if same_names and before.subjects == after.subjects else (before, after):
        for target, path, name in Takers(side, changed).taken():
            if target in after.subjects and (target, name) not in seen:
                seen.add((target, name))
                found.setdefault(target, []).append(_file_change(before.files, after.files, path, name))
    for target in _under_other_rules(before, after, changed):
        changes = _file_changes(before, after, target)
        if extra := [c for c in changes if (target, c.name) not in seen]:
            found.setdefault(target, []).extend(extra)
    _spread(after, found)
    return _result(after, found)


def touched(side: Side, paths: Sequence[str]) -> tuple[Affected, ...]:
    """The targets that can take one of `paths`, or are defined in one: what changed in a file is not known here."""
    found: dict[str, list[Change]] = {}
    for target, path, name in Takers(side, paths).taken():
        del path
        found.setdefault(target, []).append(Change(how=ChangeKind.CHANGED, kind=IngredientKind.FILE, name=name))
    wanted = set(paths)
    for target, subject in side.subjects.items():
        for definition in _definitions(side, subject):
            if definition in wanted:
                change = Change(how=ChangeKind.CHANGED, kind=IngredientKind.SETTING, name=definition)
                found.setdefault(target, []).append(change)
    _spread(side, found)
    return _result(side, found)


def _result(side: Side, found: Mapping[str, list[Change]]) -> tuple[Affected, ...]:
    """In the order of the side's targets; files come last in each, by name."""

    def order(change: Change) -> tuple[bool, str]:
        is_file = change.kind is IngredientKind.FILE
        return is_file, change.name if is_file else ""

    return tuple(
        Affected(service=subject.service, target=target, changes=tuple(sorted(found[target], key=order)))
        for target, subject in side.subjects.items()
        if target in found
    )


def reads_any(side: Side, paths: Iterable[str]) -> bool:
    """Whether one of `paths` is a Dockerfile of a target."""
    return not {subject.dockerfile for subject in side.subjects.values()}.isdisjoint(paths)


class Takers:
    """Which targets take some paths: each place from which a build takes files that they may lie below."""

    def __init__(self, side: Side, paths: Sequence[str]) -> None:
        self._paths = paths
        self._links = side.links
        self._above = {directory for path in paths for directory in lineage(path)}
        self._starts: dict[str, list[tuple[str, Selection, str]]] = {}
        nobody = Collected()
        for target, demands in side.demands.items():
            subject = side.subjects[target]
            for demand in demands.values():
                for selection, takes, prefix in side.identifier.sources(subject, demand, nobody):
                    if prefix:
                        continue  # a directory outside the repository
                    for take in takes:
                        if self._may_reach(selection, take):
                            self._add(target, selection, take)

    def _may_reach(self, selection: Selection, take: Take) -> bool:
        """Whether a source can have one of the paths below it: it lies above one, or leads through a link."""
        parts = take.path.split("/") if take.path != "." else []
        fixed = list(takewhile(lambda part: not (take.pattern and is_pattern(part)), parts))
        place = "/".join([part for part in (selection.context, *fixed) if part]) or "."
        if place in self._above or self._links is None:
            return True
        return bool(self._links) and any(step in self._links for step in lineage(place))

    def _add(self, target: str, selection: Selection, take: Take) -> None:
        for start, asked, _ in selection.starts(take):
            self._starts.setdefault(start or ".", []).append((target, selection, asked))

    def taken(self) -> Iterator[tuple[str, str, str]]:
        """(target, path, the name under which the target takes it) for each path that a target takes."""
        for path in self._paths:
            for start in lineage(path):
                for target, selection, asked in self._starts.get(start, ()):
                    if not selection.excluded(path):
                        inner = path if start == "." else path[len(start) + 1 :]
                        yield target, path, f"{asked}/{inner}" if asked and inner else asked or inner


def _settled_changes(before: Side, after: Side, target: str) -> list[Change]:
    """What differs apart from files: instructions, arguments, bases, contexts."""
    if target in after.failures:
        same = before.failures.get(target) == after.failures[target]
        return [] if same else [_setting("Dockerfile", after=after.failures[target])]
    if target not in before.subjects:
        return [_setting("service", how=ChangeKind.ADDED)]
    if target in before.failures:
        return [_setting("Dockerfile", before=before.failures[target])]
    old, new = before.subjects[target], after.subjects[target]
    if old == new and before.demands[target] == after.demands[target]:
        return []
    sides = ((before, old), (after, new))
    return list(compare(*(side.identifier.settled(s).ingredients.values() for side, s in sides)))


def _setting(name: str, how: ChangeKind = ChangeKind.CHANGED, before: str = "", after: str = "") -> Change:
    return Change(how=how, kind=IngredientKind.SETTING, name=name, before=before, after=after)


def _file_change(before: FileSource, after: FileSource, path: str, name: str) -> Change:
    was, now = _value(before, path), _value(after, path)
    how = ChangeKind.ADDED if not was else ChangeKind.REMOVED if not now else ChangeKind.CHANGED
    return Change(how=how, kind=IngredientKind.FILE, name=name, before=was, after=now)


def _value(files: FileSource, path: str) -> str:
    entry = files.entry(path)
    return "" if entry is None else file_value(files, path, entry, Collected())


def _under_other_rules(before: Side, after: Side, changed: Sequence[str]) -> Iterator[str]:
    """Targets whose ignore file or context is another one, or whose sources a changed link may lead elsewhere."""
    moved = [p for p in changed if _may_redirect(before.files, p) or _may_redirect(after.files, p)]
    ignores = {p for p in changed if p.endswith(".dockerignore")}
    if not (moved or ignores):
        return
    for target, subject in after.subjects.items():
        if target not in before.demands or target not in after.demands:
            continue
        if moved or ignores.intersection(_ignore_files(subject)):
            yield target


def _may_redirect(files: FileSource, path: str) -> bool:
    entry = files.entry(path)
    return entry is not None and entry.kind is EntryKind.LINK


def _file_changes(before: Side, after: Side, target: str) -> list[Change]:
    old, new = before.identifier.files_of(target), after.identifier.files_of(target)
    changes = []
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name, ""), new.get(name, "")
        if was != now:
            how = ChangeKind.ADDED if not was else ChangeKind.REMOVED if not now else ChangeKind.CHANGED
            changes.append(Change(how=how, kind=IngredientKind.FILE, name=name, before=was, after=now))
    return changes


def _spread(side: Side, found: dict[str, list[Change]]) -> None:
    """What is built from an affected target is affected."""
    users: dict[str, list[str]] = {}
    for target, subject in side.subjects.items():
        for value in subject.contexts.values():
            if value.startswith("target:"):
                users.setdefault(value.removeprefix("target:"), []).append(target)
    pending = list(found)
    while pending:
        needed = pending.pop()
        for user in users.get(needed, ()):
            change = Change(how=ChangeKind.CHANGED, kind=IngredientKind.TARGET, name=needed)
            if user not in found:
                pending.append(user)
            if change not in found.setdefault(user, []):
                found[user].append(change)


def _ignore_files(subject: Subject) -> tuple[str, ...]:
    own, common = candidates(subject.dockerfile)
    return own, common if subject.context == "." else f"{subject.context}/{common}"


def _definitions(side: Side, subject: Subject) -> Iterator[str]:
    """The files that say what a target is: its Dockerfile and the ignore file in force."""
    yield subject.dockerfile
    yield next((p for p in _ignore_files(subject) if side.files.entry(p) is not None), _ignore_files(subject)[0])
