"""What every report of a comparison says, as plain words and rows; the forms only arrange them.

Names and values are hostile: each form makes them safe in its own way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bakehouse.model.image_diff import (
    CauseSum,
    ConfigChange,
    FileChange,
    FileFacts,
    How,
    ImageDiff,
    PackageChange,
    PathSum,
    Verdict,
)
from bakehouse.report.text import size

BEHAVIOUR = "Whether the images behave the same was not tried."
CAUSE_HEAD = ("cause", "added", "removed", "changed", "bytes")
SIZE_HEAD = ("", "A", "B", "change")


def headline(diff: ImageDiff) -> str:
    """The verdict in one line."""
    if diff.verdict is Verdict.SAME:
        return "Same content: no file, package or setting differs"
    parts = [
        _count(len(diff.files), "path"),
        _count(len(diff.packages), "package"),
        _count(len(diff.config), "setting"),
    ]
    return f"The images differ: {', '.join(parts)}"


def compared(diff: ImageDiff) -> str:
    """What the verdict is about, and what it is not about."""
    return f"Compared: {', '.join(diff.compared)} (times of files are not). {BEHAVIOUR}"


def unread(diff: ImageDiff) -> str | None:
    """Which package databases could not be read, in one line; None where all were."""
    if not diff.unread:
        return None
    more = len(diff.unread) - 5
    shown = ", ".join(diff.unread[:5]) + (f" and {more} more" if more > 0 else "")
    return f"Packages may be missing from this comparison; not read: {shown}"


def size_rows(diff: ImageDiff) -> list[tuple[str, ...]]:
    """Layers, sizes and counts of both images."""
    one, two = diff.before, diff.after
    rows: list[tuple[str, ...]] = [
        ("layers", str(one.layers), str(two.layers), _signed(two.layers - one.layers)),
        ("files in all layers", size(one.bytes), size(two.bytes), signed_size(two.bytes - one.bytes)),
        ("files a container sees", size(one.seen_bytes), size(two.seen_bytes), _change(one.seen_bytes, two.seen_bytes)),
        ("paths", str(one.paths), str(two.paths), _signed(two.paths - one.paths)),
        ("packages", str(one.packages), str(two.packages), _signed(two.packages - one.packages)),
    ]
    if one.blob_bytes is not None and two.blob_bytes is not None:
        pulled = ("compressed", size(one.blob_bytes), size(two.blob_bytes), _change(one.blob_bytes, two.blob_bytes))
        rows.insert(1, pulled)
    return rows


def cause_row(cause: CauseSum) -> tuple[str, ...]:
    """Counts and bytes of one cause."""
    total = cause.added_bytes - cause.removed_bytes + cause.changed_bytes
    counts = (str(count) if count else "-" for count in (cause.added, cause.removed, cause.changed))
    return (str(cause.cause), *counts, signed_size(total))


def details(diff: ImageDiff) -> dict[str, str]:
    """For each path that both images have: what changed, in words."""
    return {change.path: "; ".join(_details(change)) for change in diff.files if change.how is How.CHANGED}


def path_row(row: PathSum, changed: dict[str, str]) -> tuple[str, str, str]:
    """Bytes, the path with how many it stands for, and what happened."""
    several = f" ({row.paths} paths)" if row.paths > 1 else ""
    what = changed.get(row.path, "") if row.how is How.CHANGED else str(row.how)
    return signed_size(row.bytes), f"/{row.path}{several}", what


def package_row(change: PackageChange) -> tuple[str, ...]:
    """Ecosystem, name, versions on both sides."""
    return change.ecosystem, change.name, ", ".join(change.before) or "-", ", ".join(change.after) or "-"


def config_row(change: ConfigChange) -> tuple[str, str, str]:
    """Setting, values on both sides."""
    name = change.setting if change.key is None else f"{change.setting} {change.key}"
    return name, _value(change.before), _value(change.after)


def signed_size(count: int) -> str:
    """Bytes with a sign: +1.2 MB, -300 B; a dash for none."""
    return "-" if count == 0 else f"{'+' if count > 0 else '-'}{size(abs(count))}"


def cut(text: str, width: int) -> str:
    """At most `width` characters, with an ellipsis where there were more."""
    return text if len(text) <= width else text[: width - 1] + "…"


def packages_by_how(changes: Sequence[PackageChange]) -> list[tuple[How, list[PackageChange]]]:
    """Packages that moved, went, came; what there is of each."""
    found = [(how, [change for change in changes if change.how is how]) for how in (How.MOVED, How.REMOVED, How.ADDED)]
    return [(how, group) for how, group in found if group]


def _details(change: FileChange) -> Iterator[str]:
    one, two = change.before, change.after
    assert one is not None, "both images have it"
    assert two is not None, "both images have it"
    told = {
        "type": f"{one.type} → {two.type}",
        "target": f"→ {one.target} now → {two.target}",
        "device": f"{one.device} → {two.device}",
        "mode": f"mode {one.mode} → {two.mode}",
        "owner": f"owner {one.uid}:{one.gid} → {two.uid}:{two.gid}",
        "capabilities": f"capabilities {_capability(one)} → {_capability(two)}",
    }
    for aspect in change.aspects:
        yield told.get(aspect, aspect)


def _capability(facts: FileFacts) -> str:
    return dict(facts.attributes).get("security.capability", "none")


def _value(value: str | None) -> str:
    return "(not set)" if value is None else value or '""'


def _change(one: int, two: int) -> str:
    """Bytes more or fewer, with the share of the first."""
    share = f" ({(two - one) / one:+.1%})" if one and two != one else ""
    return signed_size(two - one) + share


def _signed(count: int) -> str:
    return f"{count:+}" if count else "-"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
