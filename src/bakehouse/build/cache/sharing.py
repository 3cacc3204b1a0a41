"""Which services have the same dependency layers, so that one can take them from the other's cache.

In: the readings of Dockerfiles. Out: for each service the others whose first installing steps are the same: base
image, instructions up to that RUN, and the content of the manifests copied before it. Within one builder BuildKit
runs such steps once anyway; this is for builders that begin with a cache from elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from bakehouse.build.reading import Reading
from bakehouse.dockerfile.sources import Source, SourceKind
from bakehouse.dockerfile.state import StageMeaning, Step

MOST_SHARED = 3  # each further cache is asked for at every build: a manifest and its configuration
_LARGEST_MANIFEST = 20_000_000  # bytes; lock files are smaller, and this is read at every plan


def shared_with(readings: Iterable[Reading]) -> dict[str, tuple[str, ...]]:
    """Service -> up to MOST_SHARED other services with the same dependency layers, in the order given."""
    by_layer: dict[str, list[str]] = {}
    layers: dict[str, tuple[str, ...]] = {}
    for reading in readings:
        name = reading.service.name
        layers[name] = signatures(reading)
        for signature in layers[name]:
            by_layer.setdefault(signature, []).append(name)
    found: dict[str, tuple[str, ...]] = {}
    for name, own in layers.items():
        others = dict.fromkeys(o for s in own for o in by_layer[s] if o != name)
        found[name] = tuple(others)[:MOST_SHARED]
    return found


def signatures(reading: Reading) -> tuple[str, ...]:
    """One digest for each stage of the target that installs something from manifests."""
    found = (_signature(stage, reading.context, reading.service.args) for stage in reading.meaning.reached)
    return tuple(dict.fromkeys(s for s in found if s))


def _signature(stage: StageMeaning, context: Path, args: Mapping[str, str]) -> str | None:
    """Digest of a stage up to its first RUN that has seen files of the context; None where it cannot be told."""
    if stage.stage.origin.image is None:
        return None
    total = hashlib.sha256(f"{stage.stage.base}\n{sorted(args.items())}".encode())
    copied = False
    for step in stage.steps:
        total.update(f"\n{step.instruction.original}".encode())
        files = _manifests(step, context)
        if files is None:
            return None
        for name, digest in files:
            total.update(f"\n{name} {digest}".encode())
        copied = copied or bool(files)
        if step.instruction.name == "RUN" and copied:
            return total.hexdigest()
    return None


def _manifests(step: Step, context: Path) -> list[tuple[str, str]] | None:
    """Name and digest of each file a step takes; None for a directory (source code), or what is not there."""
    found: list[tuple[str, str]] = []
    for source in step.sources:
        if source.kind is not SourceKind.CONTEXT:
            continue
        paths = _files(source, context)
        if not paths:
            return None
        for path in paths:
            found.append((path.name, hashlib.sha256(path.read_bytes()).hexdigest()))
    return found


def _files(source: Source, context: Path) -> list[Path]:
    """The plain files a source names; empty where it is a directory, is missing, leads out or cannot be read."""
    pattern = source.context_path
    try:
        paths = sorted(context.glob(pattern)) if any(c in pattern for c in "*?[") else [context / pattern]
        small = all(p.is_file() and p.stat().st_size <= _LARGEST_MANIFEST for p in paths)
        inside = all(p.resolve().is_relative_to(context) for p in paths)
    except (OSError, ValueError, NotImplementedError):
        return []
    return paths if source.certain and small and inside else []
