"""Caches of a workspace: what there is, what goes, what is executed again. Wiring of build/cache with the history."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bakehouse import api
from bakehouse.api.cache_times import measured_by
from bakehouse.build import lock, names, selection
from bakehouse.build.builder_list import chosen_builders
from bakehouse.build.cache import attribution, backends, directories, invalidation, prune, records
from bakehouse.build.cache.policy import CachePolicy, cache_names, cache_policy
from bakehouse.build.cache.registry_caches import registry_stores
from bakehouse.build.reading import Reading
from bakehouse.build.request import PlanRequest
from bakehouse.config import Config
from bakehouse.errors import BakehouseError, UsageError
from bakehouse.model.builder import Builder
from bakehouse.model.cache import CacheRecord, CacheStatus, CacheStore, CacheSum, ModeChoice, Pruned

_DAY = 86_400.0


def status(root: Path, *, unused_days: float = 7.0, with_records: bool = False) -> CacheStatus:
    """What the builder, directories and registry of this workspace keep, put together by type and by target.

    Raises EngineError or ToolError where the builder does not answer; a registry that does not is a notice.
    """
    config = api.config(root)
    readings = _readings(root, config)
    builders = chosen_builders(config)
    each = [records.records(b.name, b.driver) for b in builders]
    found = attribution.attribute((r for one in each for r in one), readings.values())
    limit = time.time() - unused_days * _DAY
    state = api.state_directory(root)
    with api.history(root) as store:
        policy = cache_policy(config, readings, config.build.variant, state, measured_by(store))
    stores, notices = _stores(root, config, readings)
    return CacheStatus(
        builder=", ".join(b.name for b in builders),
        backend=config.cache.backend,
        unused_days=unused_days,
        total=sum(r.size for r in found),
        reclaimable=sum(r.size for r in found if not r.in_use),
        by_type=_sums(found, lambda r: (r.kind or "other",), limit),
        by_target=_sums(found, _services_of, limit),
        records=found if with_records else (),
        stores=stores,
        modes=tuple(ModeChoice(target=t, mode=d.mode, reason=d.reason) for t, d in policy.decisions.items()),
        marked=_marked(policy),
        notices=(*(n.message for n in policy.notices), *notices),
    )


def _services_of(record: CacheRecord) -> tuple[str, ...]:
    """The services a record belongs to, as one name: several share it; none: it is of other workspaces or general."""
    services = sorted({place.partition(":")[0] for place in record.used_by})
    return (" + ".join(services) if services else "not of this workspace's steps",)


def _sums(
    found: Iterable[CacheRecord], group: Callable[[CacheRecord], Iterable[str]], limit: float
) -> tuple[CacheSum, ...]:
    groups: dict[str, list[CacheRecord]] = {}
    for record in found:
        for name in group(record):
            groups.setdefault(name, []).append(record)
    sums = (
        CacheSum(
            name=name,
            count=len(members),
            size=sum(r.size for r in members),
            unused=sum(r.size for r in members if not r.in_use and (r.last_used or r.created or limit) < limit),
            oldest=min((r.created for r in members if r.created), default=None),
            last_used=max((r.last_used for r in members if r.last_used), default=None),
        )
        for name, members in groups.items()
    )
    return tuple(sorted(sums, key=lambda s: (-s.size, s.name)))


def _stores(
    root: Path, config: Config, readings: Mapping[str, Reading]
) -> tuple[tuple[CacheStore, ...], tuple[str, ...]]:
    """The caches outside the builder, and why they could not be looked at."""
    if config.cache.backend == "local":
        return directories.stores(_local_place(root, config)), ()
    if config.cache.backend == "registry":
        names_of = [cache_names(name, config.build.variant, config) for name in readings]
        return registry_stores({n.target: backends.reference(config.cache, n) for n in names_of})
    if config.cache.backend in ("gha", "s3"):
        return (), (f"the {config.cache.backend} cache keeps its own account: what is in it is not seen from here",)
    return (), ()


def _local_place(root: Path, config: Config) -> Path:
    return root / (config.cache.ref or backends.LOCAL_PLACE)


def _readings(root: Path, config: Config) -> dict[str, Reading]:
    workspace = api.scan(root)
    chosen, _ = selection.choose(workspace, PlanRequest(), config.build.variant)
    return selection.readings(workspace, chosen, config.build.variant, selection.image_owners(workspace, config))


def _marked(policy: CachePolicy) -> tuple[str, ...]:
    lines = []
    for target, mark in policy.marks.items():
        lines += [target] if mark.everything else [f"{target}:{stage}" for stage in mark.stages]
    return tuple(lines)


def prune_caches(root: Path, wish: prune.Wish, *, dry_run: bool) -> Pruned:
    """Drop what the wish means from the builder's cache and, for type=local, from the directories.

    Raises UsageError for a service or stage that is not there, ToolError where the builder refuses.
    """
    config = api.config(root)
    readings = _readings(root, config)
    wish = _checked(wish, readings)
    kept: list[str] = []
    gone: list[CacheRecord] = []
    for builder in chosen_builders(config):
        dropped, stayed = _prune_builder(builder, wish, readings, dry_run=dry_run)
        gone += dropped
        kept += stayed
    stores: tuple[CacheStore, ...] = ()
    swept = 0
    if config.cache.backend == "local" and wish.stage is None:
        try:
            # held meanwhile, so that no build begins to read what is about to go
            with lock.workspace_lock(api.state_directory(root), ("bakehouse", "cache", "prune"), wait=False):
                stores, swept = _prune_directories(_local_place(root, config), wish, config, dry_run=dry_run)
        except UsageError as error:
            kept.append(f"directories of the local cache: {error.message}")
    freed = sum(r.size for r in gone) + sum(s.size or 0 for s in stores) + swept
    return Pruned(dry_run=dry_run, freed=freed, records=tuple(gone), stores=stores, kept=tuple(kept))


def _prune_builder(
    builder: Builder, wish: prune.Wish, readings: Mapping[str, Reading], *, dry_run: bool
) -> tuple[Sequence[CacheRecord], list[str]]:
    """What went (or would) of one builder's records, and lines about what stays."""
    before = attribution.attribute(records.records(builder.name, builder.driver), readings.values())
    choice = prune.choose(before, wish, time.time())
    if dry_run or not choice.records:
        return choice.records, list(choice.kept)
    prune.drop(builder.name, choice, wish)
    left = {r.id for r in records.records(builder.name, builder.driver)}
    gone = [r for r in choice.records if r.id not in left]
    stayed = len(choice.records) - len(gone)
    more = [f"{stayed} records were taken up meanwhile, or others are built on them"] if stayed else []
    return gone, [*choice.kept, *more]


def wishes(root: Path, asked: prune.Wish) -> tuple[prune.Wish, ...]:
    """What was asked for; without any condition the configured retention: its age, then its size."""
    if asked != prune.Wish():
        return (asked,)
    cache = api.config(root).cache
    found = []
    if cache.keep_days:
        found.append(prune.Wish(unused_for=cache.keep_days * _DAY))
    if cache.max_bytes:
        found.append(prune.Wish(max_bytes=cache.max_bytes))
    return tuple(found)


def _checked(wish: prune.Wish, readings: Mapping[str, Reading]) -> prune.Wish:
    """The wish with the stage as its Dockerfile writes it."""
    if wish.service is None:
        return wish
    reading = _reading_of(wish.service, readings)
    if wish.stage is None:
        return wish
    labels = {s.label.lower(): s.label for s in reading.meaning.graph.stages}
    if wish.stage.lower() not in labels:
        raise UsageError(
            f"{wish.service} has no stage {wish.stage} in {reading.service.dockerfile}",
            hint=f"stages there: {', '.join(labels.values())}",
        )
    return replace(wish, stage=labels[wish.stage.lower()])


def _reading_of(service: str, readings: Mapping[str, Reading]) -> Reading:
    if service not in readings:
        raise UsageError(f"there is no service {service}", hint=f"known: {', '.join(sorted(readings))}")
    return readings[service]


def _prune_directories(
    place: Path, wish: prune.Wish, config: Config, *, dry_run: bool
) -> tuple[tuple[CacheStore, ...], int]:
    """Whole caches that are meant, the oldest first where a size must be met; and what no manifest needs any more."""
    found = sorted(directories.stores(place), key=lambda s: s.written or 0.0)
    swept = 0
    if wish.service is None:
        swept = sum(directories.sweep(Path(s.place), dry_run=dry_run) for s in found)
    else:
        target = names.target_id(wish.service, config.build.variant)
        found = [s for s in found if s.target == target]
    if wish.unused_for is not None:
        limit = time.time() - wish.unused_for
        found = [s for s in found if (s.written or 0.0) < limit]
    if wish.max_bytes is not None:
        excess = sum(s.size or 0 for s in directories.stores(place)) - swept - wish.max_bytes
        meant, found = found, []
        for store in meant:
            if excess <= 0:
                break
            found.append(store)
            excess -= store.size or 0
    if not dry_run:
        for store in found:
            directories.drop(Path(store.place))
    return tuple(found), swept


def invalidate(root: Path, asked: Sequence[str]) -> list[str]:
    """Mark `SERVICE` or `SERVICE:STAGE`, so that the next build executes its steps again; what was marked.

    Raises UsageError for what is not there; then nothing is marked.
    """
    config = api.config(root)
    readings = _readings(root, config)
    wanted: list[tuple[str, tuple[str, ...]]] = []
    for text in asked:
        service, _, stage = text.partition(":")
        reading = _reading_of(service, readings)
        file = reading.service.dockerfile or ""
        stages = [invalidation.checked_stage(service, stage, reading.meaning, file)] if stage else []
        wanted.append((names.target_id(service, config.build.variant), tuple(stages)))
    state = api.state_directory(root)
    for target, marked in wanted:
        invalidation.mark(state, target, marked)
    return [t if not s else f"{t}:{s[0]}" for t, s in wanted]


def verify(root: Path) -> tuple[CacheStore, ...]:
    """The caches outside the builder with what is wrong with each (`problem`). Reads every blob of directories."""
    config = api.config(root)
    stores, notices = _stores(root, config, _readings(root, config))
    if notices:
        raise BakehouseError("; ".join(notices), hint="correct [cache], or the registry it names")
    if config.cache.backend == "local":
        return tuple(replace(s, problem=directories.damage(Path(s.place))) for s in stores)
    return stores
