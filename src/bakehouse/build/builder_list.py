"""The builders of buildx, read: `docker buildx ls` in, Builder objects out. Alone knows the shape of that JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from bakehouse.config import Config
from bakehouse.errors import EngineError
from bakehouse.model.builder import Builder, BuilderNode, GcRule
from bakehouse.tools import buildx
from bakehouse.tools.run import run

_NANOSECONDS = 1_000_000_000


class _Rule(msgspec.Struct, rename="camel"):
    all: bool = False
    filter: list[str] | None = None
    keep_duration: int = 0  # nanoseconds
    keep_bytes: int = 0
    reserved_space: int = 0
    max_used_space: int = 0


class _Node(msgspec.Struct, rename="pascal"):
    name: str = ""
    endpoint: str = ""
    status: str = ""
    version: str = ""
    err: str | None = None
    platforms: list[str] | None = None
    gc_policy: list[_Rule] | None = msgspec.field(default=None, name="GCPolicy")


class _Builder(msgspec.Struct, rename="pascal"):
    name: str
    driver: str = ""
    err: str | None = None
    nodes: list[_Node] | None = None


def list_builders(timeout: float = 25.0) -> tuple[Builder, ...]:
    """All builders buildx knows, in its order. Raises ToolError, ToolMissingError, EngineError (not its JSON)."""
    listing = run(buildx.list_builders_json(), timeout=timeout).stdout
    inspected = run(buildx.inspect_builder(), timeout=timeout, check=False).stdout
    name = re.search(r"^Name:\s*(\S+)", inspected, re.MULTILINE)
    return parse(listing, current=name[1] if name else "")


def chosen_builders(config: Config, timeout: float = 25.0) -> tuple[Builder, ...]:
    """The builders of a workspace: [builder] nodes, else name, else buildx's current one.

    Raises EngineError for one that buildx does not know, and what `list_builders` raises.
    """
    wanted = config.builder.nodes or ((config.builder.name,) if config.builder.name else ())
    return find_builders(wanted, timeout)


def find_builders(names: Sequence[str], timeout: float = 25.0) -> tuple[Builder, ...]:
    """The builders of these names (none: buildx's current one). Raises as `chosen_builders` does."""
    known = list_builders(timeout)
    if not names:
        return tuple(b for b in known if b.current)
    found = {b.name: b for b in known}
    for name in names:
        if name not in found:
            raise EngineError(
                f"there is no builder {name}", hint=f"`bakehouse builder create {name}` makes it; see `builder ls`"
            )
    return tuple(found[name] for name in names)


def parse(text: str, *, current: str) -> tuple[Builder, ...]:
    """The answer of `buildx.list_builders_json`: a line for each builder and again one for each of its nodes."""
    found: dict[str, Builder] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            raw = msgspec.json.decode(line, type=_Builder)
        except msgspec.DecodeError as error:
            raise EngineError(f"docker buildx ls answers in a form we do not know: {error}") from error
        if raw.name not in found:
            found[raw.name] = _builder(raw, current=raw.name == current)
    return tuple(found.values())


def _builder(raw: _Builder, *, current: bool) -> Builder:
    nodes = tuple(
        BuilderNode(
            name=node.name,
            endpoint=node.endpoint,
            status=node.status,
            buildkit="" if "unknown" in node.version else node.version,
            platforms=tuple(node.platforms or ()),
            gc=tuple(_rule(rule) for rule in node.gc_policy or ()),
            error=node.err or "",
        )
        for node in raw.nodes or ()
    )
    return Builder(name=raw.name, driver=raw.driver, current=current, nodes=nodes, error=raw.err or "")


def _rule(raw: _Rule) -> GcRule:
    # reservedSpace alone caps like keepBytes did; with maxUsedSpace beside it, the larger one is the cap
    return GcRule(
        all=raw.all,
        max_age=raw.keep_duration / _NANOSECONDS,
        max_bytes=max(raw.keep_bytes, raw.reserved_space, raw.max_used_space),
        filters=tuple(f for f in raw.filter or () if f),
    )
