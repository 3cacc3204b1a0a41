"""The caches of one plan: what each target reads, writes and leaves aside.

In: configuration, the readings of Dockerfiles, what was measured, marks of invalidation. Out: attributes for each
target, the decisions on mode, and notices about a back end that cannot work here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bakehouse.build import names
from bakehouse.build.cache import backends, export_mode, invalidation, mode_memory, sharing
from bakehouse.build.cache.backends import Attributes, CacheNames
from bakehouse.build.cache.export_mode import Decision, Timing
from bakehouse.build.reading import Reading
from bakehouse.config import Config
from bakehouse.model.service import Notice, Service

# target id, labels of the stages whose layers are in the image, since when (Unix seconds) -> its recorded builds
Measured = Callable[[str, frozenset[str], float], Sequence[Timing]]


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """`decisions` maps target ids to how their mode was chosen; empty where the back end has no mode."""

    config: Config
    variant: str
    usable: bool = True
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    marks: Mapping[str, invalidation.Mark] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    def attributes(self, service: Service) -> Attributes:
        """cache-from and cache-to of a service's target."""
        if not self.usable:
            return Attributes()
        own = cache_names(service.name, self.variant, self.config)
        decision = self.decisions.get(own.target)
        return backends.attributes(
            self.config.cache,
            own,
            mode=decision.mode if decision else backends.DEFAULT_MODE,
            shared=[cache_names(o, self.variant, self.config) for o in self.shared.get(service.name, ())],
        )

    def mark(self, service: Service) -> invalidation.Mark:
        """What `bakehouse cache invalidate` marked of a service's target."""
        return self.marks.get(names.target_id(service.name, self.variant), invalidation.Mark())


def cache_names(service: str, variant: str, config: Config) -> CacheNames:
    """The names under which the cache of a service lies."""
    return CacheNames(
        registry=config.registry.url,
        image=names.image_name(service, config),
        target=names.target_id(service, variant),
        variant=variant,
    )


def cache_is_shared(config: Config) -> bool:
    """Whether services read each other's caches."""
    return config.cache.share and config.cache.backend != "none"


def cache_policy(
    config: Config,
    readings: Mapping[str, Reading],
    variant: str,
    state: Path,
    measured: Measured | None = None,
    *,
    others: Iterable[Reading] = (),
) -> CachePolicy:
    """The policy for the services of a plan. Reads the manifests that services may share, and the marks.

    `others` are services that the plan leaves out, whose caches may have the same dependency layers.
    """
    cache = config.cache
    marks = invalidation.marks(state)
    if cache.backend == "none":
        return CachePolicy(config, variant, marks=marks)
    missing = backends.missing_needs(cache, os.environ, Path.home())
    usable = missing is None or cache.backend != "gha"
    notices = () if missing is None else (Notice(level="warning", message=missing),)
    decisions: dict[str, Decision] = {}
    if cache.backend != "inline":
        memory = mode_memory.load(state)
        for name, reading in readings.items():
            target = names.target_id(name, variant)
            decisions[target] = _decision(cache.mode, target, reading, measured, memory.get(target))
        _remember(state, memory, decisions)
    return CachePolicy(
        config,
        variant,
        usable=usable,
        shared=sharing.shared_with((*readings.values(), *others)) if cache.share else {},
        decisions=decisions,
        marks=marks,
        notices=notices,
    )


def in_image(reading: Reading) -> frozenset[str]:
    """Labels of the stages whose layers end in the image: the target and, down to its base, what it starts from."""
    found: set[str] = set()
    stages = reading.meaning.graph.stages
    stage = reading.meaning.target.stage if reading.meaning.target else None
    while stage is not None:
        found.add(stage.label)
        below = stage.origin.stage
        stage = None if below is None else stages[below]
    return frozenset(found)


def _decision(
    mode: str, target: str, reading: Reading, measured: Measured | None, known: mode_memory.Remembered | None
) -> Decision:
    if mode != "auto":
        return Decision(mode=mode, reason="as configured")
    if len(in_image(reading)) == len(reading.meaning.reached):
        return Decision(mode="min", reason="all its stages are in the image: max would export the same")
    if measured is None:
        return Decision(mode=export_mode.DEFAULT, reason="nothing is measured")
    again, now = 0.0, time.time()
    if known is not None and known.since <= now:  # else the clock was set back: measure anew
        again = known.since + mode_memory.KEEP_SECONDS
        if now < again:
            return Decision(mode="min", reason=known.reason)
    return export_mode.decide(measured(target, in_image(reading), again))


def _remember(state: Path, memory: dict[str, mode_memory.Remembered], decisions: Mapping[str, Decision]) -> None:
    """Keep new decisions for min that rest on measurements."""
    new = {t: d for t, d in decisions.items() if d.mode == "min" and d.export is not None}
    if new:
        now = time.time()
        mode_memory.save(state, memory | {t: mode_memory.Remembered(now, d.reason) for t, d in new.items()})
