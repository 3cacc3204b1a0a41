"""Platforms of a workspace: how each is built, what emulation costs, where it can be spared, and whether images run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from bakehouse import api
from bakehouse.build import cross_compile, names, platform_test, selection
from bakehouse.build.builder_list import find_builders
from bakehouse.build.machine_facts import emulators
from bakehouse.build.platforms import fit, host_architecture, is_native, normal
from bakehouse.build.reading import Reading
from bakehouse.build.request import PlanRequest
from bakehouse.errors import EngineError
from bakehouse.history.store import Store
from bakehouse.model.builder import Builder
from bakehouse.model.plan import Plan, Target, Verdict
from bakehouse.model.platforms import CompatibilityRun, How, PlatformPlan, PlatformReport, Ran, StageCost

_QEMU = {"arm64": "aarch64", "amd64": "x86_64"}


def report(root: Path, platforms: Sequence[str] = ()) -> PlatformReport:
    """How the platforms (default: those configured) would be built here, and what recorded runs tell of the cost."""
    plan = api.draft(root, PlanRequest(platforms=tuple(platforms)))
    builders = find_builders(plan.builders)
    readings = _readings(root)
    with api.history(root) as store:
        costs = tuple(c for name in readings for c in _costs(store, name, plan.variant, builders))
    return PlatformReport(
        platforms=ways(plan.targets, builders), costs=costs, advice=cross_compile.advise(readings.values(), costs)
    )


def ways(targets: Iterable[Target], builders: Sequence[Builder]) -> tuple[PlatformPlan, ...]:
    """How each platform that targets ask for is built: natively where a builder does, else emulated."""
    wanted: dict[str, list[str]] = {}
    for target in targets:
        for platform in target.platforms:
            wanted.setdefault(normal(platform), []).append(target.id)
    found = []
    for platform, users in wanted.items():
        fits = {b.name: fit([n.platforms for n in b.nodes if n.platforms], [platform]) for b in builders}
        native = tuple(name for name, f in fits.items() if not f.emulated and not f.impossible)
        emulated = tuple(name for name, f in fits.items() if f.emulated)
        how = How.NATIVE if native else How.EMULATED if emulated else How.IMPOSSIBLE
        found.append(PlatformPlan(platform=platform, how=how, builders=native or emulated, targets=tuple(users)))
    return tuple(found)


def warnings(plan: Plan) -> tuple[str, ...]:
    """What to say of a plan's platforms before it runs: what is emulated and what that cost, what is not loaded.

    Raises EngineError for a platform that no builder can build for: nothing has been started then.
    """
    targets = [t for t in plan.targets if t.verdict is Verdict.BUILD and t.platforms]
    if not targets:
        return ()
    lines: list[str] = []
    builders = find_builders(plan.builders)
    for found in ways(targets, builders):
        if found.how is How.IMPOSSIBLE:
            raise EngineError(
                f"no builder here builds for {found.platform} ({', '.join(found.targets[:5])} ask for it)",
                hint="`scripts/engine up --emulation` registers an emulator; or add a node: `bakehouse builder create`",
            )
        if found.how is How.EMULATED:
            lines.append(f"{found.platform} is emulated on {', '.join(found.builders)}: {_cost_words(plan, builders)}")
    elsewhere = [b.name for b in builders if b.driver != "docker"]
    several = [t.id for t in targets if len(t.platforms) > 1]
    if plan.place == "local" and elsewhere and several:
        lines.append(
            f"{', '.join(elsewhere)} cannot load images of several platforms into the local engine: "
            f"{', '.join(several[:5])} stay in its cache; push them with --push"
        )
    return tuple(lines)


def _cost_words(plan: Plan, builders: Sequence[Builder]) -> str:
    with api.history(plan.root) as store:
        costs = [c for t in plan.to_build for c in _costs(store, t.service, plan.variant, builders) if c.native]
    if not costs:
        return "its steps take several times as long as native ones; `bakehouse platforms` tells how much, once built"
    emulated, native = sum(c.emulated for c in costs), sum(c.native or 0.0 for c in costs)
    factor = f"{emulated / native:.1f} times" if native else "many times"
    return f"its steps took {factor} as long as native ones; `bakehouse platforms` says where that can be spared"


def _costs(store: Store, service: str, variant: str, builders: Sequence[Builder]) -> list[StageCost]:
    """Per stage and emulated platform: seconds of its steps there, and natively."""
    target = names.target_id(service, variant)
    listings = [n.platforms for b in builders for n in b.nodes if n.platforms]
    sums: dict[tuple[str, str], float] = {}
    for (_, platform, stage, *_), seconds in store.durations(target).items():
        sums[stage, normal(platform)] = sums.get((stage, normal(platform)), 0.0) + seconds
    native = [p for _, p in sums if any(is_native(p, listing) for listing in listings)]
    found = []
    for (stage, platform), seconds in sums.items():
        if not platform or platform in native:
            continue
        own = [sums[stage, p] for p in dict.fromkeys(native) if (stage, p) in sums]
        found.append(
            StageCost(target=target, stage=stage, platform=platform, emulated=seconds, native=min(own) if own else None)
        )
    return sorted(found, key=lambda c: -c.emulated)


def _readings(root: Path) -> dict[str, Reading]:
    config = api.config(root)
    workspace = api.scan(root)
    chosen, _ = selection.choose(workspace, PlanRequest(), config.build.variant)
    return selection.readings(workspace, chosen, config.build.variant, selection.image_owners(workspace, config))


def compatibility(
    root: Path, services: Sequence[str], platforms: Sequence[str], command: Sequence[str], *, push: bool, seconds: float
) -> tuple[CompatibilityRun, ...]:
    """Run the built image of each service on each of its platforms (default: this machine's own).

    `push` runs those in the registry. Raises UsageError for a service that is not there.
    """
    plan = api.draft(root, PlanRequest(services=tuple(services), platforms=tuple(platforms), push=push))
    done = []
    for target in plan.targets:
        if target.verdict is Verdict.SKIPPED or not target.tags or (services and target.service not in services):
            continue
        for platform in target.platforms or (f"linux/{host_architecture()}",):
            done.append(_compatible(target, normal(platform), command, seconds, pull=push))
    return tuple(done)


def _compatible(
    target: Target, platform: str, command: Sequence[str], seconds: float, *, pull: bool
) -> CompatibilityRun:
    image = target.tags[0]
    architecture = platform.split("/")[1]
    ready = {e.architecture for e in emulators() if e.enabled and e.fixed}
    if architecture != host_architecture() and _QEMU.get(architecture, architecture) not in ready:
        said = "this machine neither is of that kind nor emulates it: scripts/engine up --emulation"
        return CompatibilityRun(target=target.id, platform=platform, image=image, result=Ran.UNABLE, said=said)
    return platform_test.try_image(target.id, image, platform, command, seconds=seconds, pull=pull)
