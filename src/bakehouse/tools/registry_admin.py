"""Tags listed, layers checked, manifests deleted. In: a repository or a reference. Out: tags, or what is wrong.

The distribution API deletes by digest: every tag of that digest goes. Blobs stay until the registry collects its
garbage (docs/how-to/caches.md).
"""

from __future__ import annotations

import hashlib
import json

from bakehouse.errors import RegistryError
from bakehouse.tools.reference import parse
from bakehouse.tools.registry import manifest_digest
from bakehouse.tools.registry_http import call

DELETE_SECONDS = 20.0


def tags(repository: str, *, timeout: float = DELETE_SECONDS) -> tuple[str, ...]:
    """The tags of `host/name`; empty where the registry does not know the repository. Raises RegistryError."""
    reference = parse(f"{repository}:latest")
    answer = call(reference, "tags/list", timeout=timeout)
    if answer is None:
        return ()
    try:
        found = json.loads(answer.body).get("tags") or ()
    except (ValueError, AttributeError):
        raise RegistryError(f"{reference.registry} sent no list of tags for {repository}") from None
    return tuple(str(tag) for tag in found)


def delete(repository: str, digest: str, *, timeout: float = DELETE_SECONDS) -> None:
    """Delete a manifest. One that is gone already is no error; RegistryError where the registry forbids it."""
    reference = parse(f"{repository}@{digest}")
    try:
        call(reference, f"manifests/{digest}", method="DELETE", actions="pull,push,delete", timeout=timeout)
    except RegistryError as error:
        if "405" in error.message:
            raise RegistryError(
                f"{reference.registry} does not allow deleting",
                hint="set storage.delete.enabled: true in its configuration (REGISTRY_STORAGE_DELETE_ENABLED=true)",
            ) from None
        raise


def delete_tag(text: str) -> None:
    """Delete what a tag points at now, and with it every tag of the same content."""
    reference = parse(text)
    digest = reference.digest or manifest_digest(text)
    if digest is not None:
        delete(f"{reference.registry}/{reference.repository}", digest)


def blob_problem(repository: str, digest: str, *, timeout: float) -> str:
    """What is wrong with a blob of any size, "" where its content has its digest. Reads all of it.

    Raises RegistryError where the registry refuses, UnreachableError where it does not answer within `timeout`.
    """
    total = hashlib.sha256()
    answer = call(parse(f"{repository}:latest"), f"blobs/{digest}", timeout=timeout, sink=total.update)
    if answer is None:
        return f"blob {digest[:19]} is missing"
    if f"sha256:{total.hexdigest()}" != digest:
        return f"blob {digest[:19]} has another content than its name says"
    return ""
