"""What runs together and in which order: components of the plan, longest expected first.

Linked targets (one built from another's image, or several targets of one Dockerfile) go into one bake call,
where BuildKit orders them and runs their shared stages once. Unlinked ones run as calls of their own, so
that one failure cancels nobody else and finished images arrive early (engine-facts.md, section 3).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from bakehouse.model.plan import Target


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


def longest_first(
    groups: Sequence[tuple[Target, ...]], expected_seconds: Mapping[str, float]
) -> tuple[tuple[Target, ...], ...]:
    """Groups by their longest expected target, longest first; a target never built comes before all."""
    unknown = float("inf")
    return tuple(sorted(groups, key=lambda g: -max(expected_seconds.get(t.id, unknown) for t in g)))


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
