"""What an image registry has, and other names for it. In: references. Out: digests, manifests, or RegistryError.

Speaks the distribution API with the standard library, anonymous or with what `docker login` stored. No layer is
ever moved: a manifest that a repository has already gets another tag there by being put again, byte for byte. A
HEAD for a manifest does not count against pull limits; a GET may.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from bakehouse.errors import RegistryError
from bakehouse.tools.reference import Reference, parse
from bakehouse.tools.registry_http import TIMEOUT_SECONDS, UnreachableError, call
from bakehouse.tools.registry_login import credentials

__all__ = [
    "Manifest",
    "Reference",
    "UnreachableError",
    "blob",
    "credentials",
    "labels",
    "manifest",
    "manifest_digest",
    "parse",
    "put",
]

PUT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest or index as the registry keeps it: its digest is that of `body`, checked."""

    media_type: str
    body: bytes

    @property
    def digest(self) -> str:
        """sha256 of the bytes."""
        return sha256(self.body)

    def json(self) -> dict[str, Any]:
        """The document. Raises RegistryError for what is no JSON object."""
        try:
            data = json.loads(self.body)
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise RegistryError("the registry sent no JSON for a manifest")
        return data


def manifest_digest(text: str, *, timeout: float = TIMEOUT_SECONDS) -> str | None:
    """The digest a reference has in its registry now; None where the registry does not have it.

    Raises UnreachableError where nobody answers within `timeout` seconds, RegistryError where it refuses.
    """
    reference = parse(text)
    answer = call(reference, f"manifests/{reference.selector}", method="HEAD", timeout=timeout)
    if answer is None:
        return None
    if not answer.digest:
        whole = manifest(text, timeout=timeout)
        return whole.digest if whole else None
    if reference.digest and answer.digest != reference.digest:
        raise _lie(reference, reference.digest, answer.digest)
    return answer.digest


def manifest(text: str, *, timeout: float = TIMEOUT_SECONDS) -> Manifest | None:
    """The manifest (or index) of a reference; None where the registry does not have it.

    Raises RegistryError where the bytes are not those of the digest that was asked for or that the registry
    itself names: content that was altered is never taken.
    """
    reference = parse(text)
    answer = call(reference, f"manifests/{reference.selector}", timeout=timeout)
    if answer is None:
        return None
    found = Manifest(answer.headers.get_content_type(), answer.body)
    for claimed in (reference.digest, answer.digest):
        if claimed and claimed != found.digest:
            raise _lie(reference, claimed, found.digest)
    return found


def blob(text: str, digest: str, *, timeout: float = TIMEOUT_SECONDS) -> bytes:
    """A small blob (an image's configuration) of a repository, checked against its digest.

    Raises RegistryError where it is missing or not what its digest says.
    """
    reference = parse(text)
    answer = call(reference, f"blobs/{digest}", timeout=timeout)
    if answer is None:
        raise RegistryError(f"{reference.name} lacks {digest}, which its manifest names")
    if sha256(answer.body) != digest:
        raise _lie(reference, digest, sha256(answer.body))
    return answer.body


def put(text: str, content: Manifest, *, timeout: float = PUT_SECONDS) -> None:
    """Store a manifest under a tag of a repository that has everything it names.

    Raises RegistryError where the registry refuses it or afterwards names another digest.
    """
    reference = parse(text)
    answer = call(
        reference,
        f"manifests/{reference.tag}",
        method="PUT",
        body=content.body,
        content_type=content.media_type,
        actions="pull,push",
        timeout=timeout,
    )
    if answer is None:
        raise RegistryError(f"there is no repository {reference.name} to put a tag in")
    stored = answer.digest or manifest_digest(text, timeout=timeout)
    if stored != content.digest:
        raise _lie(reference, content.digest, stored or "nothing")


def labels(text: str, *, timeout: float = TIMEOUT_SECONDS) -> dict[str, str] | None:
    """Labels of an image (of an index: of its first image); None where the registry does not have it."""
    reference = parse(text)
    document = _json(reference, f"manifests/{reference.selector}", timeout)
    if document and "manifests" in document:
        document = _json(reference, f"manifests/{document['manifests'][0]['digest']}", timeout)
    if not document or "config" not in document:
        return None
    config = _json(reference, f"blobs/{document['config']['digest']}", timeout) or {}
    return dict(config.get("config", {}).get("Labels") or {})


def sha256(data: bytes) -> str:
    """The digest of bytes, as registries write it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _json(reference: Reference, path: str, timeout: float) -> dict[str, Any] | None:
    answer = call(reference, path, timeout=timeout)
    if answer is None:
        return None
    try:
        data = json.loads(answer.body)
    except ValueError:
        raise RegistryError(f"{reference.registry} sent no JSON for {reference.repository}/{path}") from None
    return data if isinstance(data, dict) else None


def _lie(reference: Reference, asked: str, got: str) -> RegistryError:
    return RegistryError(
        f"{reference.registry} sent something else than it was asked for: {reference.repository} should be "
        f"{asked[:19]}, is {got[:19]}",
        hint="do not trust this registry's content until you know why: a proxy, a damaged store, or worse",
    )
