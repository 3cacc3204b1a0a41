"""Workspace and request in, Plan out: which targets, from which stage, with which bases, in which wave.

Base images and frontends that cannot be pulled are replaced here (named contexts, the built-in frontend);
Dockerfiles that need an alteration for that, or for the host's CA, get a copy in the state directory.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from bakehouse.build import ca, selection
from bakehouse.build.cache.policy import Measured, cache_is_shared, cache_policy
from bakehouse.build.request import PlanRequest
from bakehouse.build.targets import TargetMaker, resolve, substitutions
from bakehouse.build.waves import blocked_by, in_waves
from bakehouse.config import Config
from bakehouse.model.plan import Plan
from bakehouse.model.service import Workspace


def make_plan(
    workspace: Workspace, config: Config, request: PlanRequest, state: Path, measured: Measured | None = None
) -> Plan:
    """The plan for a request. `state` is the workspace's .bakehouse directory: altered Dockerfiles go there.

    `measured` gives a target's recorded builds, from which the cache mode auto is decided.

    Raises UsageError for an unknown service or variant, DockerfileError and WorkspaceError for files that
    cannot be used, CycleError where images are built from each other in a circle.
    """
    variant = request.variant or config.build.variant
    chosen, notices = selection.choose(workspace, request, variant)
    by_image = selection.image_owners(workspace, config)
    readings = selection.readings(workspace, chosen, variant, by_image)
    resolutions = resolve(readings.values(), config, request, state)
    extra = ca.detect(config.build.ca)
    secrets = ca.write_secrets(extra, state) if extra else ()
    others = selection.other_readings(workspace, readings, variant) if cache_is_shared(config) else ()
    caches = cache_policy(config, readings, variant, state, measured, others=others)
    maker = TargetMaker(workspace, config, request, variant, state, resolutions, by_image, secrets, caches)
    targets = [maker.target(readings[name].service, readings[name]) for name in readings]
    asked = {service.name for service in chosen}
    targets = blocked_by([dataclasses.replace(t, needed_only=t.service not in asked) for t in targets])
    builders = _builders(request, config)
    return Plan(
        root=workspace.root,
        targets=in_waves(targets),
        builder=builders[0] if len(builders) == 1 else None,
        builders=builders,
        variant=variant,
        substitutions=substitutions(targets, readings, resolutions),
        notices=(*workspace.notices, *notices, *caches.notices),
        place="registry" if request.push else "local",
    )


def _builders(request: PlanRequest, config: Config) -> tuple[str, ...]:
    """Names of the builders: those asked for (a,b), else [builder] nodes, else its name; empty: the current one."""
    asked = tuple(name.strip() for name in (request.builder or "").split(",") if name.strip())
    return asked or config.builder.nodes or ((config.builder.name,) if config.builder.name else ())
