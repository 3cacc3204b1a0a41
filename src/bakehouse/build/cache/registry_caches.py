"""Caches in a registry (type=registry), read. In: references. Out: size, age and damage of each.

A cache of BuildKit is an image manifest (or, older, an index) whose layers are the cached layers and whose
configuration, `application/vnd.buildkit.cacheconfig.v0`, says when each result was made. Only small things are
read; whether a layer's content is what its digest says shows when it is used (`recovery.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from bakehouse.errors import RegistryError
from bakehouse.model.cache import CacheStore
from bakehouse.tools import registry, registry_admin

CACHE_CONFIG = "application/vnd.buildkit.cacheconfig.v0"
_PARALLEL = 8
_BLOB_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Blobs:
    """What a manifest needs: digest -> size in bytes, configuration included."""

    digest: str
    sizes: Mapping[str, int]
    written: float | None


def registry_stores(references: Mapping[str, str]) -> tuple[tuple[CacheStore, ...], tuple[str, ...]]:
    """The cache of each target (target -> reference) that is there, and what the registry said otherwise."""
    with ThreadPoolExecutor(max_workers=_PARALLEL) as pool:
        answers = list(pool.map(_store, references.items()))
    stores = tuple(s for s, _ in answers if s is not None)
    return stores, tuple(dict.fromkeys(problem for _, problem in answers if problem))


def _store(entry: tuple[str, str]) -> tuple[CacheStore | None, str]:
    target, reference = entry
    try:
        found = blobs(reference)
    except registry.UnreachableError as error:
        return None, error.message
    except RegistryError as error:
        return CacheStore(target=target, backend="registry", place=reference, problem=error.message), ""
    if found is None:
        return None, ""
    size = sum(found.sizes.values())
    return CacheStore(target=target, backend="registry", place=reference, size=size, written=found.written), ""


def blobs(reference: str) -> Blobs | None:
    """What a cache needs and when it was written; None where the registry does not have it.

    Raises RegistryError where the registry refuses, or its manifest or configuration is damaged.
    """
    manifest = registry.manifest(reference)
    if manifest is None:
        return None
    body = manifest.json()
    entries = [*body.get("layers", ()), *body.get("manifests", ()), *([body["config"]] if "config" in body else ())]
    sizes = {str(e["digest"]): int(e.get("size", 0)) for e in entries if isinstance(e, dict) and "digest" in e}
    config = next((str(e["digest"]) for e in entries if e.get("mediaType") == CACHE_CONFIG), None)
    written = _newest(registry.blob(reference, config)) if config else None
    return Blobs(manifest.digest, sizes, written)


def damage(reference: str) -> str:
    """What is wrong with a cache, "" where all it needs is there with its digest, or there is none. Reads all of it.

    Raises UnreachableError where nobody answers.
    """
    try:
        found = blobs(reference)
        if found is None:
            return ""
        parsed = registry.parse(reference)
        repository = f"{parsed.registry}/{parsed.repository}"
        for digest in found.sizes:
            if problem := registry_admin.blob_problem(repository, digest, timeout=_BLOB_SECONDS):
                return problem
    except registry.UnreachableError:
        raise
    except RegistryError as error:
        return error.message
    return ""


def _newest(config: bytes) -> float | None:
    """When the newest result of a cache configuration was made; None where it says nothing of it."""
    try:
        records = json.loads(config).get("records") or ()
        moments = [r.get("createdAt", "") for record in records for r in record.get("layers") or ()]
        moments += [r.get("createdAt", "") for record in records for r in record.get("results") or ()]
    except (ValueError, AttributeError, TypeError):
        return None
    return max((m for text in moments if (m := _seconds(text)) is not None), default=None)


def _seconds(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text[:19] + "+00:00").timestamp()
    except ValueError:
        return None
