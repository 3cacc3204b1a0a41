"""What an image registry says about a reference. In: references. Out: digests and labels, or RegistryError.

Speaks the distribution API with the standard library: anonymous or with what `docker login` stored (config.json,
credential helpers). Nothing is pulled; a HEAD for a manifest does not count against pull limits.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

from bakehouse.errors import RegistryError, ToolError, ToolMissingError
from bakehouse.tools.run import run

TIMEOUT_SECONDS = 5.0
_ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_HUB = "docker.io"
_HUB_HOST = "registry-1.docker.io"
_HUB_LOGIN = "https://index.docker.io/v1/"
_REFERENCE = re.compile(
    r"(?P<name>(?:(?:[a-zA-Z0-9][\w.-]*|\[[0-9a-fA-F:]+\])(?::\d+)?/)?[a-zA-Z0-9][\w./-]*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?"
    r"(?:@(?P<digest>[a-z0-9]+:[0-9a-f]{32,}))?"
)


class UnreachableError(RegistryError):
    """Nobody answers at the registry's address."""


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
        return _HUB_HOST if self.registry == _HUB else self.registry

    @property
    def base(self) -> str:
        """Scheme and host; plain HTTP only for this machine, as the engine does it."""
        return f"{'http' if _is_local(self.registry) else 'https'}://{self.host}"

    @property
    def selector(self) -> str:
        """What to ask for: the digest where there is one."""
        return self.digest or self.tag


def parse(text: str) -> Reference:
    """Split `name[:tag][@digest]`. Raises RegistryError for what is no reference."""
    found = _REFERENCE.fullmatch(text)
    if not found:
        raise RegistryError(f"not an image reference: {text!r}", hint="write name:tag, e.g. debian:trixie-slim")
    first, slash, rest = found["name"].partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        registry, repository = first, rest
    else:
        registry, repository = _HUB, found["name"]
    if registry in ("index.docker.io", _HUB_HOST):
        registry = _HUB
    if registry == _HUB and "/" not in repository:
        repository = f"library/{repository}"
    return Reference(registry, repository, found["tag"] or "latest", found["digest"])


def manifest_digest(text: str, *, timeout: float = TIMEOUT_SECONDS) -> str | None:
    """The digest a reference has in its registry now; None where the registry does not have it.

    Raises UnreachableError where nobody answers within `timeout` seconds, RegistryError where it refuses.
    """
    reference = parse(text)
    path = f"manifests/{reference.selector}"
    answer = _ask(reference, path, method="HEAD", timeout=timeout)
    if answer is None:
        return None
    digest = answer[0].get("Docker-Content-Digest")
    if digest:
        return digest
    whole = _ask(reference, path, timeout=timeout)
    return None if whole is None else "sha256:" + hashlib.sha256(whole[1]).hexdigest()


def labels(text: str, *, timeout: float = TIMEOUT_SECONDS) -> dict[str, str] | None:
    """Labels of an image (of an index: of its first image); None where the registry does not have it."""
    reference = parse(text)
    manifest = _json(reference, f"manifests/{reference.selector}", timeout)
    if manifest and "manifests" in manifest:
        manifest = _json(reference, f"manifests/{manifest['manifests'][0]['digest']}", timeout)
    if not manifest or "config" not in manifest:
        return None
    config = _json(reference, f"blobs/{manifest['config']['digest']}", timeout) or {}
    return dict(config.get("config", {}).get("Labels") or {})


def _json(reference: Reference, path: str, timeout: float) -> dict[str, Any] | None:
    answer = _ask(reference, path, timeout=timeout)
    if answer is None:
        return None
    try:
        data = json.loads(answer[1])
    except ValueError:
        raise RegistryError(f"{reference.registry} sent no JSON for {reference.repository}/{path}") from None
    return data if isinstance(data, dict) else None


def _ask(
    reference: Reference, path: str, *, method: str = "GET", timeout: float = TIMEOUT_SECONDS
) -> tuple[Message, bytes] | None:
    """One API call, with the login it asks for; None for 404."""
    url = f"{reference.base}/v2/{reference.repository}/{path}"
    try:
        return _open(url, method, None, timeout)
    except urllib.error.HTTPError as error:
        challenge = error.headers.get("WWW-Authenticate", "") if error.code == 401 else ""
        if not challenge:
            _refused(reference, error)
            return None
    except (OSError, ValueError) as error:
        raise _unreachable(reference, error) from None
    try:
        return _open(url, method, _authorization(reference, challenge, timeout), timeout)
    except urllib.error.HTTPError as error:
        _refused(reference, error)
        return None
    except (OSError, ValueError) as error:
        raise _unreachable(reference, error) from None


def _open(url: str, method: str, authorization: str | None, timeout: float) -> tuple[Message, bytes]:
    request = urllib.request.Request(url, method=method, headers={"Accept": _ACCEPT})  # noqa: S310 - http(s) only
    if authorization:
        # Unredirected: a blob's redirect leads to a store that must not see the login.
        request.add_unredirected_header("Authorization", authorization)
    with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
        return answer.headers, answer.read()


def _refused(reference: Reference, error: urllib.error.HTTPError) -> None:
    """Raise what a status means; 404 alone is an answer."""
    error.close()
    if error.code == 404:
        return
    name = f"{reference.registry}/{reference.repository}:{reference.tag}"
    if error.code in (401, 403):
        hint = f"docker login {reference.registry}, or check the spelling: a missing image may look like this too"
        raise RegistryError(f"the registry refuses {name} (HTTP {error.code})", hint=hint)
    if error.code == 429:
        raise RegistryError(f"the registry limits requests for {name} (HTTP 429)", hint="wait, or docker login")
    raise RegistryError(f"the registry failed on {name} (HTTP {error.code})", hint="look at the registry's log")


def _unreachable(reference: Reference, error: Exception) -> UnreachableError:
    reason = getattr(error, "reason", None) or error
    words = getattr(reason, "strerror", None) or str(reason)
    hint = "start the local registry: scripts/engine up" if _is_local(reference.registry) else "check network and proxy"
    return UnreachableError(f"{reference.registry} cannot be reached: {words}", hint=hint)


def _authorization(reference: Reference, challenge: str, timeout: float) -> str | None:
    """The Authorization header that a 401's challenge asks for."""
    scheme, _, rest = challenge.partition(" ")
    login = credentials(reference.registry)
    basic = "Basic " + base64.b64encode(":".join(login).encode()).decode() if login else None
    if scheme.lower() != "bearer":
        return basic
    fields = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    realm = fields.get("realm", "")
    if not realm.startswith(("https://", "http://")):
        raise RegistryError(f"{reference.registry} asks for a login in a way nobody knows: {challenge[:80]}")
    query = {"scope": fields.get("scope") or f"repository:{reference.repository}:pull"}
    if "service" in fields:
        query["service"] = fields["service"]
    _, body = _open(f"{realm}?{urllib.parse.urlencode(query)}", "GET", basic, timeout)
    data = json.loads(body)
    return f"Bearer {data.get('token') or data.get('access_token') or ''}"


def credentials(registry: str) -> tuple[str, str] | None:
    """User and password (or token) that `docker login` stored for a registry; None where nobody logged in.

    Raises RegistryError for a config.json that cannot be read.
    """
    file = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json"
    try:
        config = json.loads(file.read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise RegistryError(f"Docker's configuration cannot be read: {error}", path=str(file)) from None
    server = _HUB_LOGIN if registry == _HUB else registry
    helper = (config.get("credHelpers") or {}).get(registry) or config.get("credsStore")
    if helper and (login := _from_helper(helper, server)):
        return login
    entry = (config.get("auths") or {}).get(server) or {}
    try:
        user, _, password = base64.b64decode(entry.get("auth", ""), validate=True).decode().partition(":")
    except ValueError:
        raise RegistryError(
            f"the login for {registry} is damaged", path=str(file), hint=f"docker login {registry}"
        ) from None
    return (user, password) if user else None


def _from_helper(helper: str, server: str) -> tuple[str, str] | None:
    try:
        done = run((f"docker-credential-{helper}", "get"), input_text=server, timeout=10, check=False)
        data = json.loads(done.stdout) if done.returncode == 0 else {}
    except (ToolMissingError, ToolError, ValueError):
        return None  # no login is no error: the registry may take anonymous readers
    return (data["Username"], data["Secret"]) if data.get("Username") else None


def _is_local(registry: str) -> bool:
    name = registry.rpartition(":")[0] if re.search(r":\d+$", registry) else registry
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
