"""The identity record: what a registry keeps under an identity's tag. Manifests in, a record out, and back.

It is an OCI index of its own beside the release's: the same children, and annotations that say which identity
the image was built from, which digest the release tags point at, and when it was built. One request answers all of
it, a signature over it would bind the identity to the image, and deleting it deletes no release.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bakehouse.errors import RegistryError
from bakehouse.tools import registry
from bakehouse.tools.registry import Manifest
from bakehouse.tools.registry_http import INDEX

IDENTITY = "dev.bakehouse.identity"
IMAGE = "dev.bakehouse.image"
BUILT = "dev.bakehouse.built"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """`image` is the digest the release tags point at, `built` Unix seconds, `platforms` platform -> child's digest."""

    identity: str
    image: str
    built: float
    platforms: Mapping[str, str] = field(default_factory=dict)


def write(identity: str, image: Manifest, built: float) -> Manifest:
    """The record of an image (manifest or index) that was built from `identity` at `built` (Unix seconds)."""
    document = image.json()
    children = document.get("manifests")
    if children is None:
        children = [{"mediaType": image.media_type, "digest": image.digest, "size": len(image.body)}]
    body = {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": children,
        "annotations": {
            IDENTITY: identity,
            IMAGE: image.digest,
            BUILT: datetime.fromtimestamp(built, UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        },
    }
    return Manifest(INDEX, json.dumps(body, indent=2, sort_keys=True).encode())


def read(content: Manifest) -> IdentityRecord:
    """What a record says. Raises RegistryError for anything that is not a whole record."""
    document = content.json()
    notes = document.get("annotations")
    if not isinstance(notes, dict):
        raise RegistryError("the identity's tag is no record of Bakehouse")
    identity, image = str(notes.get(IDENTITY, "")), str(notes.get(IMAGE, ""))
    if not _DIGEST.fullmatch(identity) or not _DIGEST.fullmatch(image):
        raise RegistryError("the identity's record is damaged")
    return IdentityRecord(identity, image, timestamp(str(notes.get(BUILT, ""))), platforms(document))


def platforms(index: Mapping[str, Any]) -> dict[str, str]:
    """Platform (os/arch or os/arch/variant) -> digest of an index's images; attestations are left out."""
    found: dict[str, str] = {}
    for child in index.get("manifests") or ():
        platform = child.get("platform") or {}
        parts = [platform.get("os"), platform.get("architecture"), platform.get("variant")]
        if parts[0] and parts[1] and parts[0] != "unknown":
            found["/".join(p for p in parts if p)] = str(child.get("digest", ""))
    return found


def created(repository: str, image: Manifest) -> float:
    """When an image's content was made (Unix seconds; of several platforms the oldest): `created` of its configuration.

    BuildKit takes it from the last layer, so that a build in which all was cached keeps the old time. Raises
    RegistryError where the registry cannot show what the image names, or shows something else.
    """
    document = image.json()
    if "manifests" not in document:
        config = registry.blob(repository, str(document["config"]["digest"]))
        return timestamp(str(json.loads(config).get("created", "")))
    times = []
    for digest in platforms(document).values():
        child = registry.manifest(f"{repository}@{digest}")
        if child is None:
            raise RegistryError(f"{repository} lacks {digest}, which its index names")
        times.append(created(repository, child))
    if not times:
        raise RegistryError(f"the index of {repository} names no image")
    return min(times)


def timestamp(text: str) -> float:
    """RFC 3339 -> Unix seconds. Raises RegistryError."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise RegistryError(f"not a time: {text[:40]!r}") from None
