"""A comparison of two images as Markdown, for a pull request.

All that comes from the images stands in code spans: no name in them can be a link, a mention, or markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bakehouse.model.image_diff import CauseSum, ImageDiff
from bakehouse.report.image_diff import words

_PATHS = 10
_PACKAGES = 50
_WIDTH = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def render(diff: ImageDiff) -> str:
    """The whole document."""
    one, two = diff.before, diff.after
    parts = [
        f"## {words.headline(diff)}",
        f"A: {_code(one.name)} ({_code(one.platform)}), B: {_code(two.name)} ({_code(two.platform)})",
        _table(words.SIZE_HEAD, words.size_rows(diff), figures=3),
    ]
    if diff.config:
        body = [_coded(words.config_row(change)) for change in diff.config]
        parts += ["### Configuration", _table(("setting", "A", "B"), body)]
    if diff.packages:
        parts.append("### Packages")
    for how, group in words.packages_by_how(diff.packages):
        body = [_coded(words.package_row(change)) for change in group[:_PACKAGES]]
        more = f"\n\n{len(group) - _PACKAGES} more." if len(group) > _PACKAGES else ""
        parts.append(_folded(f"{how}: {len(group)}", _table(("", "name", "A", "B"), body) + more))
    if diff.causes:
        changed = words.details(diff)
        parts += ["### Files by cause", _table(words.CAUSE_HEAD, map(words.cause_row, diff.causes), figures=4)]
        parts += [_folded(f"{cause.cause}: the largest", _paths(cause, changed)) for cause in diff.causes]
    note = words.unread(diff)
    parts += [_code(note)] if note else []
    return "\n\n".join([*parts, words.compared(diff)]) + "\n"


def _paths(cause: CauseSum, changed: dict[str, str]) -> str:
    rows = (words.path_row(row, changed) for row in cause.largest[:_PATHS])
    return _table(("bytes", "path", ""), [(size, _code(path), _code(what)) for size, path, what in rows])


def _table(head: Sequence[str], body: Iterable[Sequence[str]], *, figures: int = 0) -> str:
    """A table whose last `figures` columns stand to the right. Cells are Markdown already."""
    marks = ["---"] * (len(head) - figures) + ["--:"] * figures
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, marks, *body])


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"


def _coded(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(_code, cells))


def _code(text: str) -> str:
    """A code span that holds any text (GitHub Flavored Markdown, "Code spans" and "Tables")."""
    plain = words.cut(_CONTROL.sub(" ", text), _WIDTH).replace("|", "\\|")
    if not plain.strip():
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    edge = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{edge}{plain}{edge}{fence}"
