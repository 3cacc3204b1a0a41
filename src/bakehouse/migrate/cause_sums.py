"""Changes of files with their causes go in, sums for people come out: counts, bytes, the largest paths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import nlargest

from bakehouse.model.image_diff import Cause, CauseSum, FileChange, How, PathSum

MOST_SHOWN = 50
"""Paths of one cause that are named; all are in the list of files."""


def sum_causes(changes: Sequence[FileChange]) -> tuple[CauseSum, ...]:
    """One sum for each cause that occurs, in the order of `Cause`. `changes` are in the order of paths."""
    groups: dict[Cause, list[FileChange]] = {}
    for change in changes:
        groups.setdefault(change.cause, []).append(change)
    return tuple(_sum(cause, groups[cause], _tops(groups[cause])) for cause in Cause if cause in groups)


def _sum(cause: Cause, changes: Iterable[FileChange], tops: dict[str, str]) -> CauseSum:
    counts = dict.fromkeys(How, 0)
    sizes = dict.fromkeys(How, 0)
    rows: dict[tuple[str, How], PathSum] = {}
    for change in changes:
        size = change_bytes(change)
        counts[change.how] += 1
        sizes[change.how] += size
        top = tops.get(change.path, change.path)
        old = rows.get((top, change.how))
        rows[top, change.how] = PathSum(
            path=top,
            how=change.how,
            paths=1 + (old.paths if old else 0),
            bytes=size + (old.bytes if old else 0),
            aspects=change.aspects,
        )
    return CauseSum(
        cause=cause,
        added=counts[How.ADDED],
        removed=counts[How.REMOVED],
        changed=counts[How.CHANGED],
        added_bytes=sizes[How.ADDED],
        removed_bytes=-sizes[How.REMOVED],
        changed_bytes=sizes[How.CHANGED],
        largest=tuple(nlargest(MOST_SHOWN, rows.values(), key=lambda row: (abs(row.bytes), row.paths))),
    )


def change_bytes(change: FileChange) -> int:
    """Bytes that the second image has more, negative where it has fewer."""
    return (change.after.bytes if change.after else 0) - (change.before.bytes if change.before else 0)


def _tops(changes: Iterable[FileChange]) -> dict[str, str]:
    """For each path that came or went with a directory of the same cause, the uppermost such directory.

    All that was below a removed directory is removed too, and all that is below a new one is new.
    """
    found: dict[str, str] = {}
    for change in changes:
        if change.how is How.CHANGED:
            continue
        above = change.path.rpartition("/")[0]
        facts = change.after or change.before
        if above in found:
            found[change.path] = found[above]
        elif facts is not None and facts.type == "directory":
            found[change.path] = change.path
    return found
