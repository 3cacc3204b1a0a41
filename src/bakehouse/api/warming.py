"""Caches warmed: the critical services, or a branch, built so that others find their layers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bakehouse import api
from bakehouse.api.building import Sink, build
from bakehouse.build import names, selection
from bakehouse.build.cache import backends, warm
from bakehouse.build.plan import make_plan
from bakehouse.build.request import PlanRequest
from bakehouse.build.run_options import Options
from bakehouse.errors import UsageError
from bakehouse.model.plan import Plan
from bakehouse.model.record import BuildRecord
from bakehouse.tools import git
from bakehouse.tools.run import run
from bakehouse.workspace.discover import discover


def chosen(root: Path, services: Sequence[str]) -> list[warm.Critical]:
    """The services to warm: those named, or the critical ones. Raises UsageError for one that is not there."""
    settings = api.config(root)
    workspace = api.scan(root)
    known = [s.name for s in workspace.services if s.dockerfile]
    for name in (*services, *settings.cache.warm):
        if name not in known:
            raise UsageError(f"there is no service {name}", hint=f"known: {', '.join(known)}")
    if services:
        return [warm.Critical(s, "asked for") for s in services]
    variant = settings.build.variant
    every, _ = selection.choose(workspace, PlanRequest(), variant)
    plan = api.draft(root, PlanRequest())
    needed = {t.service: sum(t.id in o.depends_on for o in plan.targets) for t in plan.targets}
    usual = api.expected_seconds(root, [names.target_id(s.name, variant) for s in every])
    seconds = {s.name: usual[t] for s in every if (t := names.target_id(s.name, variant)) in usual}
    return warm.critical(needed, seconds, settings.cache.warm)


@contextmanager
def planned(root: Path, services: Sequence[str], branch: str | None) -> Iterator[Plan]:
    """The plan that warms: nothing is reused, because only a build fills a cache.

    A `branch` (any revision) is built from a work tree of its own, which is gone afterwards; a local cache stays
    that of this workspace. Raises UsageError for a revision that is not there.
    """
    if branch is None:
        yield _plan(root, root, services)
        return
    with tempfile.TemporaryDirectory(prefix="bakehouse-warm-") as directory:
        tree = Path(directory) / root.name
        below = run(git.prefix(root), check=False, timeout=20)
        done = run(git.worktree_add(root, tree, branch), check=False, timeout=300)
        if done.returncode != 0:
            words = (done.stderr.strip().splitlines() or ["git failed"])[-1]
            raise UsageError(
                f"{branch} cannot be checked out: {words}", hint="name a branch, tag or commit of this repository"
            )
        try:
            yield _plan(tree / below.stdout.strip(), root, services)
        finally:
            run(git.worktree_remove(root, tree), check=False, timeout=60)


def _plan(tree: Path, root: Path, services: Sequence[str]) -> Plan:
    settings = api.config(tree)
    if settings.cache.backend == "local" and tree != root:
        place = root / (settings.cache.ref or backends.LOCAL_PLACE)
        settings = api.config(tree, {"cache.ref": str(place)})
    here = discover(tree, settings)
    there = {s.name for s in here.services}
    request = PlanRequest(services=tuple(s for s in services if s in there), reuse=False)
    return make_plan(here, settings, request, api.state_directory(tree))


def warm_up(plan: Plan, sink: Sink, options: Options, say: Callable[[str], None]) -> BuildRecord:
    """Build the plan; where no cache outside the builder is configured, say that only the builder's own is warmed."""
    if not any(t.cache_to for t in plan.to_build):
        say("no [cache] backend: this warms the builder's own cache only")
    return build(plan, options, sink, command=("cache", "warm"))
