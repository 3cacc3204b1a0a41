"""The map: each stage of the house as one function. Only wiring; read this first.

scan -> graph -> plan -> build -> history -> analyse_run

Building and recording know nothing of each other; they meet in `api.building`. A stage's rooms are imported when it
is called: whoever lints need not wait for the engine's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bakehouse.config import Config, load

if TYPE_CHECKING:
    from bakehouse.build.request import PlanRequest
    from bakehouse.history.store import Store
    from bakehouse.model.analysis import Analysis
    from bakehouse.model.graph import ServiceGraph
    from bakehouse.model.plan import Plan
    from bakehouse.model.record import BuildRecord
    from bakehouse.model.service import Workspace

STATE_DIRECTORY = ".bakehouse"


def config(root: Path, flags: Mapping[str, str] | None = None) -> Config:
    """The configuration of the workspace at `root`: defaults, bakehouse.toml, environment, `flags`."""
    return load(root, flags)


def scan(root: Path, flags: Mapping[str, str] | None = None) -> Workspace:
    """Find everything in the workspace at `root`. One bad file is a notice, not a failure."""
    from bakehouse.workspace.discover import discover

    return discover(root, config(root, flags))


def graph(workspace: Workspace) -> ServiceGraph:
    """Services, libraries, bases and the edges among them. A cycle of build edges raises CycleError."""
    from bakehouse.workspace.graph import build_graph

    return build_graph(workspace)


def plan(root: Path, request: PlanRequest) -> Plan:
    """What would be built for a request and what need not be, with the reasons. Nothing is built."""
    from bakehouse.api.reusing import with_verdicts

    return with_verdicts(draft(root, request), config(root), request)[0]


def draft(root: Path, request: PlanRequest) -> Plan:
    """The plan before anybody asks which images exist already: all that can be built is to be built."""
    from bakehouse.api.cache_times import measured_by
    from bakehouse.build.plan import make_plan
    from bakehouse.workspace.discover import discover

    settings = config(root)
    state = state_directory(root)
    if settings.cache.backend == "none" or settings.cache.mode != "auto":
        return make_plan(discover(root, settings), settings, request, state)
    with history(root) as store:
        return make_plan(discover(root, settings), settings, request, state, measured_by(store))


def substitutable_bases(root: Path) -> dict[str, str | None]:
    """Base images of the workspace that cannot be pulled: reference -> why none can stand in (None: one can)."""
    from bakehouse.build import bases, recipes
    from bakehouse.tools import registry

    settings = config(root)
    refs = {ref for service in scan(root).services for ref in service.bases}
    found = bases.resolve(
        sorted(refs - settings.bases.map.keys()),
        registry=settings.bases.registry,
        cache_dir=state_directory(root),
    )
    wanted = [ref for ref, answer in found.items() if answer.status in ("missing", "substitute")]
    return {ref: recipes.why_not(registry.parse(ref)) for ref in wanted}


def bake_text(planned: Plan, *, push: bool = False, load: bool = False) -> str:
    """The plan as the definition that `docker buildx bake -f` takes."""
    from bakehouse.build import bake

    return bake.text(planned, push=push, load=load)


def state_directory(root: Path) -> Path:
    """`.bakehouse` in the workspace: history, caches of answers; ignored by git through its own .gitignore."""
    directory = root / STATE_DIRECTORY
    directory.mkdir(exist_ok=True)
    ignore = directory / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return directory


def history(root: Path) -> Store:
    """The history of the workspace, made if there is none."""
    from bakehouse.history.store import Store

    return Store.open(state_directory(root) / "history.db")


def expected_seconds(root: Path, targets: Iterable[str]) -> dict[str, float]:
    """How long each target usually takes when it is really built, from the history; unknown ones are left out."""
    with history(root) as store:
        known = {name: store.target_seconds(name) for name in targets}
    return {name: usual for name, usual in known.items() if usual is not None}


def analyse_run(store: Store, run_id: str = "latest") -> tuple[BuildRecord, Analysis]:
    """A recorded run (id, unique prefix, or latest) and what insight says of it."""
    from bakehouse.insight.analyse import analyse

    record = store.load(run_id)
    baseline = store.last_full_build(tuple(t.id for t in record.targets), before=record.started)
    return record, analyse(record, baseline)
