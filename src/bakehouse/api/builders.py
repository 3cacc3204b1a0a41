"""Builders of a workspace: asked how they are, and chosen in bakehouse.toml."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tomlkit
from tomlkit.items import Table

from bakehouse import api
from bakehouse.build import builder_create, lock, nodes, nodes_file, schedule
from bakehouse.build.builder_list import chosen_builders, list_builders
from bakehouse.build.cache import records
from bakehouse.build.platforms import is_native, normal
from bakehouse.config import CONFIG_NAME, Config
from bakehouse.errors import BakehouseError, ConfigError, UsageError
from bakehouse.model.builder import Builder, BuilderHealth, PoolUse


def status(root: Path, *, everything: bool = False) -> tuple[tuple[BuilderHealth, ...], PoolUse | None]:
    """The builders of the workspace (or all that buildx knows), each asked now; and the run they work in.

    The run is None where none with several builders has been. It runs if its `pid` holds the workspace.
    """
    config = api.config(root)
    chosen = list_builders() if everything else chosen_builders(config)
    state = root / api.STATE_DIRECTORY
    use = nodes_file.read(state)
    with ThreadPoolExecutor(max_workers=max(1, len(chosen))) as pool:
        found = tuple(pool.map(lambda b: _health(b, config, use), chosen))
    return found, use


def at_work(root: Path, use: PoolUse) -> bool:
    """Whether the run that wrote `use` still works."""
    holder = lock.running_build(root / api.STATE_DIRECTORY)
    return holder is not None and holder.pid == use.pid


def _health(builder: Builder, config: Config, use: PoolUse | None) -> BuilderHealth:
    begun = time.monotonic()
    trouble = nodes.ask(builder.name)
    seconds = time.monotonic() - begun
    listings = [tuple(normal(p) for p in n.platforms) for n in builder.nodes]
    names = dict.fromkeys(p for listing in listings for p in listing)
    native = tuple(p for p in names if any(is_native(p, listing) for listing in listings))
    return BuilderHealth(
        name=builder.name,
        driver=builder.driver,
        endpoints=tuple(n.endpoint for n in builder.nodes),
        trouble=trouble,
        seconds=round(seconds, 3),
        native=native,
        emulated=tuple(p for p in names if p not in native),
        capacity=config.builder.capacity.get(builder.name, schedule.default_concurrency()),
        cache_bytes=None if trouble else _cache_bytes(builder),
        use=next((n for n in use.nodes if n.name == builder.name), None) if use else None,
    )


def _cache_bytes(builder: Builder) -> int | None:
    try:
        return sum(r.size for r in records.records(builder.name, builder.driver))
    except BakehouseError:
        return None


def use(root: Path, names: Sequence[str]) -> Path:
    """Write the builders of this workspace to bakehouse.toml: one as `name`, several as `nodes`; the file's path.

    Raises UsageError for a builder that is not there, ConfigError where the file cannot be edited.
    """
    for name in names:
        builder_create.known(name)
    if len(set(names)) != len(names):
        raise UsageError("a builder is named twice", hint="name each once")
    path = root / CONFIG_NAME
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8") if path.exists() else "")
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot be edited: {error}", path=CONFIG_NAME, hint="correct it by hand") from error
    section = document.setdefault("builder", tomlkit.table())
    if not isinstance(section, Table):
        raise ConfigError("builder must be a table", path=CONFIG_NAME, hint="write [builder] on a line of its own")
    section.pop("name", None)
    section.pop("nodes", None)
    if len(names) == 1:
        section["name"] = names[0]
    else:
        section["nodes"] = list(names)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return path


def remove(root: Path, name: str, *, keep_state: bool, force: bool) -> None:
    """Remove a builder. Raises UsageError for one that this workspace uses (unless `force`) or that is not there."""
    builder_create.known(name)
    config = api.config(root).builder
    if name in (config.name, *config.nodes) and not force:
        raise UsageError(
            f"{CONFIG_NAME} builds on {name}", hint="choose another with `bakehouse builder use`, or give --force"
        )
    builder_create.remove(name, keep_state=keep_state)
