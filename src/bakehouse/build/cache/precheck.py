"""Local caches looked at before BuildKit reads them. In: targets. Out: lines about what was damaged and is dropped.

A builder that has begun to take a damaged layer may not get rid of it before it is restarted (seen with BuildKit
0.26), so damage is better found first. Hashing happens once: a blob whose size and time of change are those of
the last check is taken as it was then.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from bakehouse.build.cache import directories
from bakehouse.model.plan import Target

FILE = "cache-checked.json"


def drop_damaged(targets: Iterable[Target], root: Path, state: Path) -> tuple[str, ...]:
    """Drop the damaged ones among the directories that the targets read; a line for each."""
    places: dict[str, None] = {}
    for target in targets:
        for source in target.cache_from:
            fields = dict(part.partition("=")[::2] for part in source.split(","))
            if fields.get("type") == "local":
                places[fields.get("src", "")] = None
    said: list[str] = []
    checked = _load(state) if places else {}
    stamps: dict[str, str] = {}
    for place in places:
        directory = root / place
        if not directory.exists():
            continue
        found = directories.damage(directory, checked, stamps)
        if found:
            directories.drop(directory)
            said.append(f"damaged cache dropped, built without it: {place} ({found})")
    if stamps != checked and places:
        _save(state, stamps)
    return tuple(said)


def _load(state: Path) -> dict[str, str]:
    try:
        data = json.loads((state / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in data.items()} if isinstance(data, dict) else {}


def _save(state: Path, stamps: dict[str, str]) -> None:
    temporary = state / f"{FILE}.{os.getpid()}"
    with contextlib.suppress(OSError):
        temporary.write_text(json.dumps(stamps), encoding="utf-8")
        temporary.replace(state / FILE)
