"""A comparison of two images as lines for terminals."""

from __future__ import annotations

from collections.abc import Sequence

from bakehouse.model.image_diff import CauseSum, ImageDiff
from bakehouse.report.image_diff import words
from bakehouse.report.text import table

_PATHS = 5
_PACKAGES = 20
_WIDTH = 80


def diff_lines(diff: ImageDiff) -> list[str]:
    """Everything, shortened where it is long: JSON has all."""
    lines = [words.headline(diff), f"  A: {_side(diff, 'before')}", f"  B: {_side(diff, 'after')}", ""]
    lines += _rows(words.SIZE_HEAD, words.size_rows(diff))
    if diff.config:
        body = [tuple(words.cut(cell, _WIDTH) for cell in words.config_row(change)) for change in diff.config]
        lines += ["", "configuration", *_rows(("setting", "A", "B"), body)]
    if diff.packages:
        lines += ["", "packages"]
    for how, group in words.packages_by_how(diff.packages):
        lines.append(f"  {how}: {len(group)}")
        lines += [f"  {line}" for line in _rows(("", "name", "A", "B"), [*map(words.package_row, group[:_PACKAGES])])]
        lines += [f"    {len(group) - _PACKAGES} more"] if len(group) > _PACKAGES else []
    if diff.causes:
        lines += ["", "files by cause", *_rows(words.CAUSE_HEAD, [*map(words.cause_row, diff.causes)])]
        changed = words.details(diff)
        for cause in diff.causes:
            lines += ["", str(cause.cause), *_paths(cause, changed)]
    note = words.unread(diff)
    return [*lines, "", *([note] if note else []), words.compared(diff)]


def _side(diff: ImageDiff, which: str) -> str:
    side = diff.before if which == "before" else diff.after
    return f"{side.name} ({side.platform}, from the {side.source})"


def _paths(cause: CauseSum, changed: dict[str, str]) -> list[str]:
    shown = [words.path_row(row, changed) for row in cause.largest[:_PATHS]]
    lines = _rows(("bytes", "path", ""), [(size, words.cut(path, 100), what) for size, path, what in shown])
    left = cause.added + cause.removed + cause.changed - sum(row.paths for row in cause.largest[:_PATHS])
    return lines + ([f"  {left} more paths"] if left else [])


def _rows(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    return [f"  {line}" for line in table(head, body)]
