"""What runs together and in which order. In: targets, what is known of their times and memory. Out: calls.

Linked targets (one built from another's image, or several targets of one Dockerfile) go into one bake call,
where BuildKit orders them and runs their shared stages once. Unlinked ones run as calls of their own, so
that one failure cancels nobody else and finished images arrive early. Two exceptions: a large group of linked
targets on a small machine is split behind the images that several are built from (wave 0), and unlinked
targets that take next to no time share a call, because a call itself costs more than they do.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bakehouse.model.plan import Target

SMALL_SECONDS = 2.0
"""A target that usually takes less shares its call: starting one costs about 0.4 s on two cores (make bench)."""
CALL_TARGETS = 50
"""Most targets of one call: above about 100 the docker driver loses jobs (engine-facts: `no such job`)."""
MANY_CORES = 8
SPLIT_TARGETS = 4
"""Fewer than MANY_CORES: larger groups are split behind their shared images."""

UNKNOWN = float("inf")


@dataclass(frozen=True, slots=True)
class Call:
    """Targets of one bake call, and the ids of targets of other calls that must be done before."""

    targets: tuple[Target, ...]
    needs: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of its targets."""
        return tuple(t.id for t in self.targets)


def calls(
    targets: Sequence[Target], expected_seconds: Mapping[str, float], *, cores: int | None = None
) -> tuple[Call, ...]:
    """All targets as calls, in the order in which they should start: the longest chain of work first.

    `expected_seconds` are usual times by target id; a target never timed comes before all.
    """
    cores = cores or os.cpu_count() or 1
    split: list[Call] = []
    for group in components(targets):
        split += _split(group) if cores < MANY_CORES and len(group) > SPLIT_TARGETS else [Call(group)]
    merged = _merge_small(split, expected_seconds)
    rank = _chains(merged, expected_seconds)
    return tuple(sorted(merged, key=lambda call: -rank[call.names]))


def components(targets: Sequence[Target]) -> tuple[tuple[Target, ...], ...]:
    """The connected components of the targets, each in the order of the plan."""
    parent = {t.id: t.id for t in targets}

    def find(node: str) -> str:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    by_file: dict[tuple[str, str], str] = {}
    for target in targets:
        for other in target.depends_on:
            if other in parent:
                parent[find(target.id)] = find(other)
        key = (str(target.context), str(target.dockerfile))
        parent[find(target.id)] = find(by_file.setdefault(key, target.id))
    groups: dict[str, list[Target]] = {}
    for target in targets:
        groups.setdefault(find(target.id), []).append(target)
    return tuple(tuple(group) for group in groups.values())


def critical_seconds(targets: Sequence[Target], expected_seconds: Mapping[str, float]) -> float:
    """Length of the longest chain of targets that wait for each other's images; UNKNOWN where one was never timed."""
    by_id = {t.id: t for t in targets}
    known: dict[str, float] = {}

    def chain(name: str) -> float:
        if name not in known:
            needs = [chain(n) for n in by_id[name].depends_on if n in by_id]
            known[name] = expected_seconds.get(name, UNKNOWN) + max(needs, default=0.0)
        return known[name]

    return max((chain(t.id) for t in targets), default=0.0)


def default_concurrency(cores: int | None = None) -> int:
    """How many bake calls run at once: two a core, as steps wait for the network about half their time."""
    return max(2, 2 * (cores or os.cpu_count() or 1))


def dependents(failed: str, targets: Sequence[Target]) -> frozenset[str]:
    """Ids of the targets that are built, directly or not, from the image of `failed`."""
    blocked: set[str] = set()
    todo = [failed]
    while todo:
        current = todo.pop()
        for target in targets:
            if current in target.depends_on and target.id not in blocked:
                blocked.add(target.id)
                todo.append(target.id)
    return frozenset(blocked)


def _split(group: tuple[Target, ...]) -> list[Call]:
    """Wave 0: what several are built from, with what that needs itself; then the others, component by component."""
    by_id = {t.id: t for t in group}
    users: dict[str, int] = {}
    for target in group:
        for needed in target.depends_on:
            users[needed] = users.get(needed, 0) + 1
    first: set[str] = set()
    todo = [name for name, count in users.items() if count > 1 and name in by_id]
    while todo:
        name = todo.pop()
        if name not in first:
            first.add(name)
            todo += [n for n in by_id[name].depends_on if n in by_id]
    if not first:
        return [Call(group)]
    bases = components([t for t in group if t.id in first])
    rest = components([t for t in group if t.id not in first])
    behind = [Call(part, frozenset(n for t in part for n in t.depends_on) & first) for part in rest]
    return [*(Call(part) for part in bases), *behind]


def _merge_small(found: Sequence[Call], expected_seconds: Mapping[str, float]) -> list[Call]:
    kept: list[Call] = []
    small: list[Call] = []
    for call in found:
        brief = not call.needs and critical_seconds(call.targets, expected_seconds) <= SMALL_SECONDS
        (small if brief and len(call.targets) < CALL_TARGETS else kept).append(call)
    together: list[Target] = []
    for call in small:
        if len(together) + len(call.targets) > CALL_TARGETS:
            kept.append(Call(tuple(together)))
            together = []
        together += call.targets
    if together:
        kept.append(Call(tuple(together)))
    return kept


def _chains(found: Sequence[Call], expected_seconds: Mapping[str, float]) -> dict[tuple[str, ...], float]:
    """For each call its own longest chain and that of the calls that wait for it."""
    own = {call.names: critical_seconds(call.targets, expected_seconds) for call in found}
    rank: dict[tuple[str, ...], float] = {}
    waiting: dict[str, list[Call]] = {}
    for call in found:
        for name in call.needs:
            waiting.setdefault(name, []).append(call)

    def after(call: Call) -> float:
        if call.names not in rank:
            later = [after(other) for name in call.names for other in waiting.get(name, ())]
            rank[call.names] = own[call.names] + max(later, default=0.0)
        return rank[call.names]

    for call in found:
        after(call)
    return rank
