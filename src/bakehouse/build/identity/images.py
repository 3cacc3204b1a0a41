"""What external images are now: references go in, `ImageFacts` come out.

Digests come from `build.bases` (asked of the registry at most once an hour; offline the last known). Whether an
image has ONBUILD triggers is read once from its configuration and remembered by digest, which it cannot outlive.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bakehouse.build import bases
from bakehouse.build.identity.identify import ImageFacts
from bakehouse.errors import BakehouseError
from bakehouse.tools import docker, registry
from bakehouse.tools.run import run

_FILE = "images.json"


def facts(references: Iterable[str], *, state: Path, offline: bool = False) -> dict[str, ImageFacts]:
    """The facts of each reference. Never raises for a registry: what nobody says is not known."""
    wanted = sorted(set(references))
    pinned = {r: r.partition("@")[2] for r in wanted if "@sha256:" in r}
    found = bases.resolve([r for r in wanted if r not in pinned], mode="never", cache_dir=state, offline=offline)
    digests = pinned | {r: a.digest for r, a in found.items() if a.digest}
    remote = {r: d for r, d in digests.items() if r in pinned or found[r].status == "pullable"}
    triggers = _triggers(digests, remote, state / _FILE, offline=offline)
    return {
        reference: ImageFacts(
            digest=digests.get(reference),
            onbuild=triggers.get(digests.get(reference, "")),
            pinnable=reference in remote,
            note=_note(found.get(reference), offline=offline),
        )
        for reference in wanted
    }


def _note(answer: bases.BaseResolution | None, *, offline: bool) -> str:
    if answer is None:
        return ""
    if answer.digest is None:
        return answer.reason
    if offline and answer.asked:
        when = datetime.fromtimestamp(answer.asked, UTC)
        return f"{answer.ref} counts as it was on {when:%Y-%m-%d %H:%M} UTC (offline)"
    return ""


def _triggers(
    digests: Mapping[str, str], remote: Mapping[str, str], store: Path, *, offline: bool
) -> dict[str, bool | None]:
    """Digest -> whether the image has ONBUILD triggers, None where that could not be read."""
    known = _load(store)
    asked = {d: r for r, d in digests.items() if d not in known and not (offline and r in remote)}
    if asked:
        with ThreadPoolExecutor(max_workers=8) as pool:
            answers = pool.map(lambda item: _has_triggers(item[1], item[0], local=item[1] not in remote), asked.items())
            fresh = {d: a for d, a in zip(asked, answers, strict=True) if a is not None}
        if fresh:
            known |= fresh
            _save(store, known)
    return {d: known.get(d) for d in digests.values()}


def _has_triggers(reference: str, digest: str, *, local: bool) -> bool | None:
    try:
        if local:
            done = run(docker.image_inspect((reference,)), timeout=15)
            return bool(json.loads(done.stdout)[0]["Config"].get("OnBuild"))
        parsed = registry.parse(reference)
        name = f"{parsed.registry}/{parsed.repository}@{digest}"
        return any(_onbuild(c) for c in _configurations(name))
    except (BakehouseError, ValueError, LookupError, AttributeError, TypeError):
        return None


def _configurations(name: str) -> list[dict[str, Any]]:
    """The configuration of an image, or of every image of an index. Raises where one cannot be read."""
    manifest = registry.manifest(name)
    if manifest is None:
        raise LookupError(name)
    document = json.loads(manifest.body)
    if "manifests" in document:
        base = name.partition("@")[0]
        real = [m for m in document["manifests"] if (m.get("platform") or {}).get("os") != "unknown"]
        return [c for m in real for c in _configurations(f"{base}@{m['digest']}")]
    return [json.loads(registry.blob(name, document["config"]["digest"]))]


def _onbuild(configuration: Mapping[str, Any]) -> bool:
    return bool((configuration.get("config") or {}).get("OnBuild"))


def _load(store: Path) -> dict[str, bool | None]:
    try:
        data = json.loads(store.read_text())
        return {str(d): bool(a) for d, a in data["onbuild"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _save(store: Path, known: Mapping[str, bool | None]) -> None:
    """In one step; a read-only directory only costs the next call its time."""
    temporary = store.with_suffix(f".{os.getpid()}")
    try:
        temporary.write_text(json.dumps({"onbuild": dict(sorted(known.items()))}))
        temporary.replace(store)
    except OSError:
        return
