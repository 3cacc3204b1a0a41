"""A builder's own cache, read. In: the listings of docker and buildx. Out: CacheRecord objects.

The engine's own builder lists as JSON with exact times (`docker system df`). Other drivers are asked through buildx:
its text, whose times of last use are rounded ("2 hours ago"). Both round sizes to three or four digits.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from bakehouse.config import parse_size
from bakehouse.errors import ConfigError, EngineError
from bakehouse.model.cache import CacheRecord
from bakehouse.tools import buildx, docker
from bakehouse.tools.run import run

_TIMEOUT_SECONDS = 60.0
_FIELD = re.compile(
    r"(ID|Parents?|Created at|Mutable|Reclaimable|Shared|Size|Description|Usage count|Last used|Type):\t+(.*)"
)
_UNITS = {
    "second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_592_000, "year": 31_536_000
}  # fmt: skip
_AGO = re.compile(r"(\d+|an?|less than a|about an?) (second|minute|hour|day|week|month|year)s? ago", re.IGNORECASE)


class _Row(msgspec.Struct, rename="pascal"):
    id: str = msgspec.field(default="", name="ID")
    cache_type: str = ""
    description: str = ""
    parent: str = ""
    size: str = "0B"
    created_at: str = ""
    last_used_at: str = ""
    usage_count: str = "0"
    in_use: str = "false"
    shared: str = "false"


def records(builder: str | None, driver: str) -> tuple[CacheRecord, ...]:
    """What a builder keeps, the largest first. Raises ToolError where it does not answer, EngineError on nonsense."""
    if driver == "docker":
        found = parse_json(run(docker.build_cache(), timeout=_TIMEOUT_SECONDS).stdout)
    else:
        found = parse_text(run(buildx.disk_usage(builder, verbose=True), timeout=_TIMEOUT_SECONDS).stdout, time.time())
    return tuple(sorted(found, key=lambda r: (-r.size, r.id)))


def parse_json(text: str) -> tuple[CacheRecord, ...]:
    """The answer of `docker.build_cache`."""
    try:
        rows = msgspec.json.decode(text or "[]", type=list[_Row])
    except msgspec.MsgspecError as error:
        raise EngineError(f"docker system df answers in a form we do not know: {error}") from error
    return tuple(
        CacheRecord(
            id=row.id,
            kind=row.cache_type,
            size=_bytes(row.size),
            description=row.description,
            created=_moment(row.created_at),
            last_used=_moment(row.last_used_at),
            uses=int(row.usage_count) if row.usage_count.isdigit() else 0,
            in_use=row.in_use == "true",
            shared=row.shared == "true",
            parents=tuple(p.strip() for p in row.parent.split(",") if p.strip()),
        )
        for row in rows
    )


def parse_text(text: str, now: float) -> tuple[CacheRecord, ...]:
    """The answer of `buildx.disk_usage(verbose=True)`. `now` is what "2 hours ago" counts from."""
    return tuple(
        CacheRecord(
            id=fields["ID"],
            kind=fields.get("Type", "").strip(),
            size=_bytes(fields.get("Size", "0B").strip()),
            description=fields.get("Description", ""),
            created=_moment(fields.get("Created at", "")),
            last_used=_ago(fields.get("Last used", ""), now),
            uses=int(fields.get("Usage count", "0").strip() or 0),
            in_use=fields.get("Reclaimable", "true").strip() == "false",
            shared=fields.get("Shared", "false").strip() == "true",
            parents=tuple(re.findall(r"[a-z0-9]{20,}", fields.get("Parent", "") + " " + fields.get("Parents", ""))),
        )
        for fields in _blocks(text)
    )


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """The fields of each record. A description may run over several lines (a here-document)."""
    fields: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        found = _FIELD.fullmatch(line)
        if found is None:
            if last == "Description" and line:
                fields[last] += f"\n{line}"
            continue
        if found[1] == "ID" and "ID" in fields:
            yield fields
            fields = {}
        elif found[1] in fields:
            break  # the sums below the last record
        last = found[1]
        fields[last] = found[2]
    if "ID" in fields:
        yield fields


def _bytes(text: str) -> int:
    try:
        return parse_size(text)
    except ConfigError:
        return 0


def _moment(text: str) -> float | None:
    """`2026-11-24 14:10:51.870080369 +0000 UTC` as Unix seconds."""
    found = re.match(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)? \+0000", text)
    if found is None:
        return None
    whole = datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=UTC).timestamp()
    return whole + float(found[3] or 0)


def _ago(text: str, now: float) -> float | None:
    found = _AGO.search(text)
    if found is None:
        return None
    count = int(found[1]) if found[1].isdigit() else 1
    return now - count * _UNITS[found[2].lower()]
