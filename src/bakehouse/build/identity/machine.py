"""What this machine adds to subjects: for those of a revision what its plan would, for all what its docker client does.

Enter subjects; leave them with substitutes, the CA and the frontend, with the client's proxies and epoch.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bakehouse.build import bases, ca
from bakehouse.build.identity.demand import Demand
from bakehouse.build.identity.subject import BROUGHT, BUILT_IN, EPOCH, FRONTEND, HOST_CA, PROXIES, Subject
from bakehouse.build.request import PlanRequest
from bakehouse.config import Config
from bakehouse.tools import docker_client

Demands = Mapping[str, Mapping[str, Demand]]


def on_this_machine(
    subjects: Mapping[str, Subject], demands: Demands, config: Config, request: PlanRequest, state: Path
) -> dict[str, Subject]:
    """Each subject with the named contexts and settings that this machine's plan gives it."""
    wanted = {name for target in subjects for name in _references(subjects[target], demands[target])}
    resolved: Mapping[str, bases.BaseResolution] = {}
    if request.substitute and config.bases.substitute != "never":
        resolved = bases.resolve(
            sorted(wanted - config.bases.map.keys()),
            registry=config.bases.registry,
            cache_dir=state,
            offline=request.offline,
        )
    brought = ca.detect(config.build.ca) is not None
    return {
        target: _here(subject, demands[target], config, resolved, brought=brought)
        for target, subject in subjects.items()
    }


def with_client(subject: Subject, env: Mapping[str, str] = os.environ) -> Subject:
    """The subject with what the docker client of this machine adds to every build by itself."""
    added = {PROXIES: docker_client.proxies(env), EPOCH: env.get("SOURCE_DATE_EPOCH", "")}
    return replace(subject, settings={**subject.settings, **{name: value for name, value in added.items() if value}})


def _here(
    subject: Subject,
    demands: Mapping[str, Demand],
    config: Config,
    resolved: Mapping[str, bases.BaseResolution],
    *,
    brought: bool,
) -> Subject:
    contexts, settings = dict(subject.contexts), dict(subject.settings)
    if brought:
        settings[HOST_CA] = BROUGHT
    for demand in demands.values():
        for reference, _ in (*demand.bases, *demand.images):
            contexts |= _for_one_platform(reference, config)
            mapped = config.bases.map.get(reference)
            found = resolved.get(reference)
            if reference in contexts:
                continue
            if mapped:
                contexts[reference] = mapped if "://" in mapped else f"docker-image://{mapped}"
            elif found is not None and found.status == "substitute" and found.replacement:
                contexts[reference] = found.replacement
        frontend = resolved.get(demand.frontend or "")
        if frontend is not None and frontend.status == "missing":
            settings[FRONTEND] = BUILT_IN
    return with_client(replace(subject, contexts=contexts, settings=settings))


def _for_one_platform(reference: str, config: Config) -> dict[str, str]:
    """What [bases.map] puts in place of a base on one platform only, as plans do (build/targets.py)."""
    found = {k: v for k, v in config.bases.map.items() if k.startswith(f"{reference}::")}
    return {k: v if "://" in v else f"docker-image://{v}" for k, v in found.items()}


def _references(subject: Subject, demands: Mapping[str, Demand]) -> set[str]:
    """The images that a plan would try to resolve."""
    found: set[str] = set()
    for demand in demands.values():
        found |= {r for r, _ in (*demand.bases, *demand.images) if r not in subject.contexts}
        if demand.frontend:
            found.add(demand.frontend)
    return found
