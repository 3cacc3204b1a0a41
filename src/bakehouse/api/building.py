"""One build from plan to record: the engine's events go to the recorder and to the screen at once."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bakehouse import api
from bakehouse.api.identity import identify_plan
from bakehouse.api.reusing import Naming, point_tags
from bakehouse.build import engine, nodes, prepare, reuse_local, schedule, step_lines
from bakehouse.build.builder_list import find_builders
from bakehouse.build.cache import invalidation, precheck
from bakehouse.build.cache.predecessors import Predecessors
from bakehouse.build.cache.trouble import CacheTrouble
from bakehouse.build.machine_facts import memory_available
from bakehouse.build.run_options import Options
from bakehouse.config import CONFIG_NAME
from bakehouse.errors import BakehouseError, ConfigError
from bakehouse.history.recorder import Recorder
from bakehouse.model.identity import Identity
from bakehouse.model.plan import Plan, Target
from bakehouse.model.progress import Progress, TargetState
from bakehouse.model.record import BuildRecord, RunStatus, TargetRecord
from bakehouse.tools import git
from bakehouse.tools.run import run

Sink = Callable[[Progress], None]
_GOOD = (TargetState.DONE, TargetState.REUSED, TargetState.SKIPPED)


def informed(plan: Plan, options: Options) -> Options:
    """The options with what the history knows of the targets to build: usual seconds and most memory; and with the
    memory there is on this machine, where its own engine builds.
    """
    if not plan.to_build:
        return options
    with api.history(plan.root) as store:
        seconds = {t.id: usual for t in plan.to_build if (usual := store.target_seconds(t.id)) is not None}
        peaks = {t.id: peak for t in plan.to_build if (peak := store.peak_memory(t.id)) is not None}
    memory = 0 if plan.builders else memory_available() or 0
    return replace(options, expected_seconds=seconds, peak_memory=peaks, memory=memory)


def build(
    plan: Plan,
    options: Options,
    sink: Sink,
    *,
    command: tuple[str, ...],
    identities: Mapping[str, Identity] | None = None,
) -> BuildRecord:
    """Run a plan, record it, and return the record (already saved).

    `identities` are those the plan was judged by, where the caller has them.
    Reused images get the tags they lack first; one that cannot is built. Built images are named by their identity.
    On Ctrl-C the run is recorded as interrupted and returned; where the engine goes away it is recorded as
    failed and the EngineError goes on upwards.
    """
    state = api.state_directory(plan.root)
    plan = point_tags(plan)
    naming = Naming(plan)
    options = replace(_on_builders(plan, options), after_build=naming)
    with api.history(plan.root) as store:
        store.mark_stale_running()
        identities = _identities(plan) if identities is None else identities
        header = _header(plan, command, identities)
        damaged = precheck.drop_damaged(plan.to_build, plan.root, state)
        header = replace(header, notices=(*header.notices, *damaged))
        recorder = Recorder(header, lines_of=step_lines.line_finder(plan, prepare.trees(plan)))

        trouble = CacheTrouble()

        def on_event(event: Progress) -> None:
            recorder.on_event(event)
            trouble.on_event(event)
            sink(event)

        store.begin(header)
        store.keep_identities(identities.values())
        work = state / "runs" / header.run_id
        replaced = Predecessors(plan.to_build)
        status, message = RunStatus.FAILED, ""
        try:
            states = engine.execute(plan, options, on_event, work)
            done = frozenset(name for name, s in states.items() if s is TargetState.DONE)
            invalidation.clear(state, _heeded(plan, done, options))
            replaced.drop(done)
            if all(s in _GOOD for s in states.values()):
                status = RunStatus.OK
        except KeyboardInterrupt:
            status, message = RunStatus.INTERRUPTED, "interrupted by the user"
        except BakehouseError as error:
            message = error.message
            raise
        finally:
            record = recorder.finish(status, time.time(), message)
            record = replace(record, notices=(*record.notices, *trouble.lines))
            store.save(record)
            with contextlib.suppress(OSError):
                shutil.rmtree(work)
    if plan.place == "local":
        reuse_local.forget_earlier(naming.named)
    return record


def _heeded(plan: Plan, done: frozenset[str], options: Options) -> dict[str, invalidation.Mark]:
    """What the targets that were built executed whatever the caches held."""
    built = (t for t in plan.targets if t.id in done)
    return {t.id: invalidation.Mark(everything=t.no_cache or options.no_cache, stages=t.no_cache_stages) for t in built}


def _on_builders(plan: Plan, options: Options) -> Options:
    """The options with the pool of the plan's builders.

    Raises EngineError for one that buildx does not know, ConfigError where it cannot keep the configured cache.

    What is built elsewhere and is not pushed is loaded into the local engine, as the engine's own builder does it.
    """
    in_bucket = any(value.startswith("type=s3") for t in plan.to_build for value in t.cache_to)
    if not (plan.builders or in_bucket) or not plan.to_build:
        return options
    found = find_builders(plan.builders)
    if in_bucket and (own := [b.name for b in found if b.driver == "docker"]):
        raise ConfigError(
            f"cache.backend s3 does not work with the docker driver ({', '.join(own)})",
            path=CONFIG_NAME,
            hint="make a builder of another driver: `bakehouse builder create`, then `builder use`",
        )
    capacities = api.config(plan.root).builder.capacity
    elsewhere = any(b.driver != "docker" for b in found)
    several = any(len(t.platforms) > 1 for t in plan.to_build)
    load = options.load or (elsewhere and not options.push and not several)
    return replace(options, load=load, pool=nodes.pool(found, capacities, schedule.default_concurrency()))


def _identities(plan: Plan) -> dict[str, Identity]:
    """What the targets are made of when the run begins. A record without it is worth more than no build."""
    try:
        return identify_plan(plan, offline=True)
    except BakehouseError:
        return {}


def _header(plan: Plan, command: tuple[str, ...], identities: Mapping[str, Identity]) -> BuildRecord:
    now = plan.identified_at or time.time()  # asking what exists is part of the run
    revision, dirty = _revision(plan.root)
    return BuildRecord(
        run_id=f"{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S}-{os.getpid() % 0xFFFF:04x}",
        workspace=plan.root.name,
        command=("bakehouse", *command),
        started=now,
        completed=None,
        status=RunStatus.RUNNING,
        variant=plan.variant,
        builder=", ".join(plan.builders) or "default",
        host=socket.gethostname(),
        cores=os.cpu_count() or 0,
        git_revision=revision,
        git_dirty=dirty,
        targets=tuple(_planned(t, plan, identities.get(t.id)) for t in plan.targets),
        notices=plan.substitution_notes(),
    )


def _planned(target: Target, plan: Plan, identity: Identity | None) -> TargetRecord:
    try:
        shown = str(target.dockerfile.relative_to(plan.root))
    except ValueError:
        shown = str(target.dockerfile)
    return TargetRecord(
        id=target.id,
        service=target.service,
        variant=target.variant,
        platform=",".join(target.platforms),
        state=TargetState.QUEUED,
        dockerfile=shown,
        identity=identity.digest if identity else None,
    )


def _revision(root: Path) -> tuple[str | None, bool | None]:
    """The commit and whether the tree differs from it; None, None outside git."""
    try:
        revision = run(git.revision(root), check=False, timeout=20)
        if revision.returncode != 0:
            return None, None
        changed = run(git.status(root), check=False, timeout=60)
    except BakehouseError:
        return None, None
    return revision.stdout.strip(), bool(changed.stdout)
