"""Retention of what Bakehouse keeps in a registry: [cache] keep_days and max_size, applied there."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

from bakehouse import api
from bakehouse.build import names
from bakehouse.build.cache import retention
from bakehouse.errors import UsageError
from bakehouse.model.cache import RegistryRetention
from bakehouse.tools import registry

_DAY = 86_400.0
_COLLECT = (
    "stop the registry or set it read-only",
    "docker-registry garbage-collect CONFIG.yml (in its container: registry garbage-collect"
    " /etc/docker/registry/config.yml); without --delete-untagged, which in 2.8 also drops the images inside"
    " multi-platform indexes",
    "start it again",
)


def registry_retention(root: Path, *, dry_run: bool, keep: Sequence[str] = ()) -> RegistryRetention:
    """Apply [cache] keep_days and max_size to identity records and caches in the workspace's registry.

    `keep` are references or digests of releases that may have no tag of their own. Raises RegistryError for one
    that is neither, UsageError where there is nothing to keep to.
    """
    config = api.config(root)
    if not (config.cache.keep_days or config.cache.max_bytes):
        raise UsageError("[cache] keep_days and max_size are both 0: nothing ever goes", hint="set one of them")
    services = [s.name for s in api.scan(root).services if s.dockerfile]
    hosts = dict.fromkeys((config.registry.url, *([config.cache.ref] if config.cache.backend == "registry" else [])))
    repositories = [f"{h}/{names.image_name(s, config)}" for h in hosts if h for s in services]
    found = retention.survey(repositories, [_digest(reference) for reference in keep])
    going, staying = retention.choose(
        found, max_age=config.cache.keep_days * _DAY, max_bytes=config.cache.max_bytes, now=time.time()
    )
    problems = found.problems
    if not dry_run:
        problems += retention.drop(going, staying, found.protected)
    return RegistryRetention(
        registry=", ".join(h for h in hosts if h),
        dry_run=dry_run,
        dropped=tuple(f.entry for f in going),
        kept=tuple(f.entry for f in staying),
        problems=problems,
        next_steps=() if dry_run or not going else _COLLECT,
    )


def _digest(reference: str) -> str:
    if re.fullmatch(r"sha256:[0-9a-f]{64}", reference):
        return reference
    digest = registry.parse(reference).digest or registry.manifest_digest(reference)
    if digest is None:
        raise UsageError(f"--keep {reference}: the registry does not have it", hint="correct it: nothing was dropped")
    return digest
