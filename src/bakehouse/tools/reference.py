"""Image references as registries understand them. In: text. Out: a Reference with Docker's defaults filled in."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from bakehouse.errors import RegistryError

HUB = "docker.io"
_HUB_HOST = "registry-1.docker.io"
_REFERENCE = re.compile(
    r"(?P<name>(?:(?:[a-zA-Z0-9][\w.-]*|\[[0-9a-fA-F:]+\])(?::\d+)?/)?[a-zA-Z0-9][\w./-]*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?"
    r"(?:@(?P<digest>[a-z0-9]+:[0-9a-f]{32,}))?"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """An image reference with Docker's defaults filled in."""

    registry: str
    repository: str
    tag: str
    digest: str | None = None

    @property
    def host(self) -> str:
        """Where the API answers."""
        return _HUB_HOST if self.registry == HUB else self.registry

    @property
    def base(self) -> str:
        """Scheme and host; plain HTTP only for this machine, as the engine does it."""
        return f"{'http' if is_local(self.registry) else 'https'}://{self.host}"

    @property
    def selector(self) -> str:
        """What to ask for: the digest where there is one."""
        return self.digest or self.tag

    @property
    def name(self) -> str:
        """Registry and repository, without tag and digest."""
        return f"{self.registry}/{self.repository}"


def parse(text: str) -> Reference:
    """Split `name[:tag][@digest]`. Raises RegistryError for what is no reference."""
    found = _REFERENCE.fullmatch(text)
    if not found:
        raise RegistryError(f"not an image reference: {text!r}", hint="write name:tag, e.g. debian:trixie-slim")
    first, slash, rest = found["name"].partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        registry, repository = first, rest
    else:
        registry, repository = HUB, found["name"]
    if registry in ("index.docker.io", _HUB_HOST):
        registry = HUB
    if registry == HUB and "/" not in repository:
        repository = f"library/{repository}"
    return Reference(registry, repository, found["tag"] or "latest", found["digest"])


def is_local(registry: str) -> bool:
    """True for a registry on this machine."""
    name = registry.rpartition(":")[0] if re.search(r":\d+$", registry) else registry
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
