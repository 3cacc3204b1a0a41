"""Caches in directories (type=local): how large, how old, whether whole. In: a directory. Out: what is true of it.

Such a directory is an OCI image layout: `index.json` names a manifest, the manifest names blobs, and each blob lies
under its own digest (OCI image layout specification, 1.0). BuildKit adds blobs at every export and removes none,
so what an older export brought stays until `sweep`.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bakehouse.model.cache import CacheStore

_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_NEW_SECONDS = 3600.0  # a younger blob may belong to an export at work
_CHUNK = 1024 * 1024


def stores(place: Path) -> tuple[CacheStore, ...]:
    """The cache of each target below `place`, not checked; empty where there is none."""
    found = []
    for directory in sorted(place.glob("*/")):
        index = directory / "index.json"
        if not index.is_file() and not (directory / "blobs").is_dir():
            continue
        written = index.stat().st_mtime if index.is_file() else None
        found.append(
            CacheStore(
                target=directory.name, backend="local", place=str(directory), size=_size(directory), written=written
            )
        )
    return tuple(found)


def damage(directory: Path, checked: Mapping[str, str] | None = None, stamps: dict[str, str] | None = None) -> str:
    """What is wrong with a cache, "" where every blob it needs is there and has its digest.

    Reads all of it but for blobs whose stamp (size and time of change) is in `checked`; good blobs go into `stamps`.
    """
    try:
        for digest, size in needed(directory):
            path = _blob(directory, digest)
            if not path.is_file():
                return f"blob {digest[:19]} is missing"
            if size is not None and path.stat().st_size != size:
                return f"blob {digest[:19]} has {path.stat().st_size} bytes instead of {size}"
            stamp = _stamp(path)
            if (checked or {}).get(str(path)) != stamp and _digest(path) != digest:
                return f"blob {digest[:19]} has another content than its name says"
            if stamps is not None:
                stamps[str(path)] = stamp
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return f"its index or a manifest cannot be read: {error}"
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    return ""


def needed(directory: Path) -> Iterator[tuple[str, int | None]]:
    """Digest and size of every blob that the index needs. Raises ValueError, KeyError, OSError on damage."""
    todo = list(json.loads((directory / "index.json").read_text(encoding="utf-8"))["manifests"])
    seen: set[str] = set()
    while todo:
        entry = todo.pop()
        digest, size = str(entry["digest"]), entry.get("size")
        if digest in seen:
            continue
        seen.add(digest)
        yield digest, size
        if "manifest" in entry.get("mediaType", "") or "index" in entry.get("mediaType", ""):
            body = json.loads(_blob(directory, digest).read_bytes())
            todo += [
                *body.get("manifests", ()),
                *body.get("layers", ()),
                *([body["config"]] if "config" in body else ()),
            ]


def sweep(directory: Path, *, dry_run: bool, now: float | None = None) -> int:
    """Remove the blobs that no manifest needs any more; bytes freed. A damaged cache is left as it is (0)."""
    limit = (time.time() if now is None else now) - _NEW_SECONDS
    try:
        keep = {digest for digest, _ in needed(directory)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return 0
    freed = 0
    for path in (directory / "blobs" / "sha256").glob("*"):
        if f"sha256:{path.name}" not in keep and path.stat().st_mtime < limit:
            freed += path.stat().st_size
            if not dry_run:
                path.unlink(missing_ok=True)
    return freed


def drop(directory: Path) -> None:
    """Remove the cache of one target: first its index, so that nobody begins to read it."""
    (directory / "index.json").unlink(missing_ok=True)
    shutil.rmtree(directory, ignore_errors=True)


def _blob(directory: Path, digest: str) -> Path:
    found = _DIGEST.fullmatch(digest)
    if found is None:
        raise ValueError(f"not a digest: {digest[:40]!r}")
    return directory / "blobs" / "sha256" / found[1]


def _digest(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            total.update(chunk)
    return f"sha256:{total.hexdigest()}"


def _stamp(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def _size(directory: Path) -> int:
    return sum(p.stat().st_size for p in directory.rglob("*") if p.is_file())
