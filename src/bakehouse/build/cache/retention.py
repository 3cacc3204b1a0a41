"""Retention in a registry: identity records and caches that are too old, or too much. In: repositories. Out: what went.

The API tells no dates, so an identity record's age is the one it states, and a cache's the latest of its steps and of
the images built in its repository. Nothing a release needs goes: a release is every tag that is not ours, and every
digest the caller names. Deleting frees no disk by itself: that is the registry's own garbage collection.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from bakehouse.build import identity_record, names
from bakehouse.build.cache import registry_caches
from bakehouse.errors import RegistryError
from bakehouse.model.cache import RegistryEntry
from bakehouse.tools import registry, registry_admin

CACHE_TAG_PREFIX = "buildcache-"
_PARALLEL = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One of our tags. `manifests` are the digests to delete with it, `blobs` the bytes it needs: digest -> size."""

    entry: RegistryEntry
    repository: str
    manifests: tuple[str, ...]
    blobs: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Survey:
    """What lies in the repositories: ours, and what releases need of manifests and blobs."""

    found: tuple[Found, ...]
    protected: frozenset[str]
    problems: tuple[str, ...]


def survey(repositories: Iterable[str], keep: Collection[str] = ()) -> Survey:
    """Read all tags of the repositories (host/name). `keep` are digests of releases that may have no tag.

    A repository that cannot be read is a problem, not an error: nothing of it is touched.
    """
    found: list[Found] = []
    protected: set[str] = set(keep)
    problems: list[str] = []
    with ThreadPoolExecutor(max_workers=_PARALLEL) as pool:
        for repository, answer in zip(
            repositories, pool.map(lambda r: _read(r, frozenset(keep)), repositories), strict=True
        ):
            if isinstance(answer, RegistryError):
                problems.append(f"{repository}: {answer.message}")
                continue
            found += answer.found
            protected |= answer.protected
            problems += answer.problems
    return Survey(tuple(found), frozenset(protected), tuple(problems))


def choose(all_of_it: Survey, *, max_age: float, max_bytes: int, now: float) -> tuple[list[Found], list[Found]]:
    """What goes and what stays, each with the reason. `max_age` in seconds and `max_bytes`; 0: no such limit."""
    going: list[Found] = []
    staying: list[Found] = []
    for one in all_of_it.found:
        entry = one.entry
        if entry.keep:
            staying.append(one)
        elif entry.written is None:
            staying.append(_because(one, "its age is not known"))
        elif max_age and now - entry.written > max_age:
            going.append(one)
        else:
            staying.append(one)
    staying.sort(key=lambda f: f.entry.written or now)
    while max_bytes and _bytes(staying, all_of_it.protected) > max_bytes:
        oldest = next((f for f in staying if not f.entry.keep), None)
        if oldest is None:
            break
        staying.remove(oldest)
        going.append(oldest)
    return going, [f if f.entry.keep else _because(f, "young enough, and there is room") for f in staying]


def drop(going: Sequence[Found], staying: Sequence[Found], protected: Collection[str]) -> tuple[str, ...]:
    """Delete what goes; what could not be deleted. A manifest that something else needs stays."""
    needed = set(protected) | {m for f in staying for m in f.manifests}
    problems: list[str] = []
    for one in going:
        for digest in one.manifests:
            if digest in needed:
                continue
            try:
                registry_admin.delete(one.repository, digest)
            except RegistryError as error:
                problems.append(f"{one.entry.reference}: {error.message}")
                break
    return tuple(dict.fromkeys(problems))


def _because(one: Found, reason: str) -> Found:
    return replace(one, entry=replace(one.entry, keep=reason))


def _bytes(of: Iterable[Found], protected: Collection[str]) -> int:
    """Bytes that these need and releases do not, each blob once."""
    sizes: dict[str, int] = {}
    for one in of:
        sizes.update(one.blobs)
    return sum(size for digest, size in sizes.items() if digest not in protected)


def _read(repository: str, keep: frozenset[str]) -> Survey | RegistryError:
    try:
        tags = registry_admin.tags(repository)
        manifests = {tag: m for tag in tags if (m := registry.manifest(f"{repository}:{tag}")) is not None}
        protected: dict[str, str] = dict.fromkeys(keep, "kept by its digest")
        for tag, manifest in manifests.items():
            if not tag.startswith((names.IDENTITY_TAG_PREFIX, CACHE_TAG_PREFIX)):
                needs, blobs = _closure(repository, manifest)
                protected |= dict.fromkeys((*needs, *blobs), f"tag {tag}")
        found, problems = _ours(repository, manifests, protected)
    except RegistryError as error:
        return error
    return Survey(tuple(found), frozenset(protected), tuple(problems))


def _ours(
    repository: str, manifests: dict[str, registry.Manifest], protected: dict[str, str]
) -> tuple[list[Found], list[str]]:
    found: list[Found] = []
    problems: list[str] = []
    latest = 0.0
    for tag, manifest in manifests.items():
        reference = f"{repository}:{tag}"
        if not tag.startswith(names.IDENTITY_TAG_PREFIX):
            continue
        try:
            record = identity_record.read(manifest)
            needs, blobs = _closure(repository, manifest)
        except RegistryError as error:
            problems.append(f"{reference}: {error.message}")
            continue
        latest = max(latest, record.built)
        used = protected.get(record.image) or protected.get(manifest.digest)
        entry = RegistryEntry(
            reference=reference,
            digest=manifest.digest,
            kind="identity",
            size=sum(blobs.values()),
            written=record.built,
            keep=f"a release uses it ({used})" if used else "",
        )
        found.append(Found(entry, repository, tuple(dict.fromkeys((manifest.digest, record.image, *needs))), blobs))
    for tag, manifest in manifests.items():
        if tag.startswith(CACHE_TAG_PREFIX):
            try:
                found.append(_cache(f"{repository}:{tag}", repository, manifest.digest, latest))
            except RegistryError as error:
                problems.append(f"{repository}:{tag}: {error.message}")
    return found, problems


def _cache(reference: str, repository: str, digest: str, latest_image: float) -> Found:
    stored = registry_caches.blobs(reference)
    sizes = dict(stored.sizes) if stored else {}
    written = max((stored.written if stored else None) or 0.0, latest_image) or None
    entry = RegistryEntry(
        reference=reference, digest=digest, kind="cache", size=sum(sizes.values()), written=written, keep=""
    )
    return Found(entry, repository, (digest,), sizes)


def _closure(repository: str, manifest: registry.Manifest) -> tuple[list[str], dict[str, int]]:
    """Digests of the manifest and its children, and the blobs they all need."""
    body = manifest.json()
    digests = [manifest.digest]
    blobs = _blobs(body)
    for child in body.get("manifests") or ():
        digest = str(child.get("digest", ""))
        digests.append(digest)
        below = registry.manifest(f"{repository}@{digest}")
        if below is not None:
            blobs |= _blobs(below.json())
    return digests, blobs


def _blobs(body: dict[str, Any]) -> dict[str, int]:
    entries = [*(body.get("layers") or ()), *([body["config"]] if "config" in body else ())]
    return {str(e["digest"]): int(e.get("size", 0)) for e in entries if isinstance(e, dict) and "digest" in e}
