"""One call of the distribution API. In: reference, path, method, body. Out: the answer, or RegistryError.

Every call has a time limit over all of its parts and a limit of size, so that a registry that stalls or never
stops talking costs seconds and not the build. A login that a registry asked for once is sent at once next time.
"""

from __future__ import annotations

import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message

from bakehouse.errors import RegistryError
from bakehouse.tools.reference import Reference, is_local
from bakehouse.tools.registry_login import authorization

TIMEOUT_SECONDS = 5.0
LIMIT_BYTES = 8 * 1024 * 1024
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
MANIFEST_TYPES = (
    INDEX,
    "application/vnd.docker.distribution.manifest.list.v2+json",
    MANIFEST,
    "application/vnd.docker.distribution.manifest.v2+json",
)

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LOGINS: dict[tuple[str, str, str], str] = {}
_LOGINS_LOCK = threading.Lock()


class UnreachableError(RegistryError):
    """Nobody answers at the registry's address, or not in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer (status 2xx)."""

    status: int
    headers: Message
    body: bytes

    @property
    def digest(self) -> str | None:
        """The digest the registry says the content has; None where it says none, or nothing that is one."""
        value = str(self.headers.get("Docker-Content-Digest", ""))
        return value if _DIGEST.fullmatch(value) else None


@dataclass(frozen=True, slots=True)
class _Request:
    reference: Reference
    url: str
    method: str
    body: bytes | None
    content_type: str | None
    deadline: float
    sink: Callable[[bytes], None] | None = None


def call(
    reference: Reference,
    path: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    content_type: str | None = None,
    actions: str = "pull",
    timeout: float = TIMEOUT_SECONDS,
    sink: Callable[[bytes], None] | None = None,
) -> Answer | None:
    """One call below /v2/REPOSITORY/, with the login the registry asks for; None for 404.

    With `sink` the body goes there piece by piece, however large it is, and is not in the answer.

    `actions` is the right a token is asked for: `pull` or `pull,push`. `timeout` (seconds) is for the whole
    call. Raises UnreachableError where nobody answers in time, RegistryError where the registry refuses.
    """
    url = f"{reference.base}/v2/{reference.repository}/{path}"
    request = _Request(reference, url, method, body, content_type, time.monotonic() + timeout, sink)
    key = (reference.registry, reference.repository, actions)
    known = _LOGINS.get(key)
    try:
        try:
            return _send(request, known)
        except urllib.error.HTTPError as error:
            challenge = error.headers.get("WWW-Authenticate", "") if error.code == 401 else ""
            if not challenge:
                _refused(reference, error)
                return None
            error.close()
        login = authorization(reference, challenge, actions, lambda url, basic: _token(request, url, basic))
        answer = _send(request, login)
    except urllib.error.HTTPError as error:
        _refused(reference, error)
        return None
    except (OSError, ValueError) as error:
        raise _unreachable(reference, error) from None
    if login:
        with _LOGINS_LOCK:
            _LOGINS[key] = login
    return answer


def _send(request: _Request, login: str | None) -> Answer:
    headers = {"Accept": ", ".join(MANIFEST_TYPES)}
    if request.content_type:
        headers["Content-Type"] = request.content_type
    return _open(request.url, request, headers, login)


def _token(request: _Request, url: str, basic: str | None) -> bytes:
    bare = _Request(request.reference, url, "GET", None, None, request.deadline)
    return _open(url, bare, {}, basic).body


def _open(url: str, request: _Request, headers: dict[str, str], login: str | None) -> Answer:
    message = urllib.request.Request(url, data=request.body, method=request.method, headers=headers)  # noqa: S310 - http(s) only
    if login:
        # Unredirected: a blob's redirect leads to a store that must not see the login.
        message.add_unredirected_header("Authorization", login)
    left = request.deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("it did not answer in time")
    with urllib.request.urlopen(message, timeout=left) as answer:  # noqa: S310
        parts, size = [], 0
        while chunk := answer.read1(65536):
            if request.sink is not None:
                request.sink(chunk)
            else:
                parts.append(chunk)
                size += len(chunk)
            if size > LIMIT_BYTES:
                raise ValueError(f"it sent more than {LIMIT_BYTES} bytes")
            if time.monotonic() > request.deadline:
                raise TimeoutError("it did not answer in time")
        return Answer(answer.status, answer.headers, b"".join(parts))


def _refused(reference: Reference, error: urllib.error.HTTPError) -> None:
    """Raise what a status means; 404 alone is an answer."""
    error.close()
    if error.code == 404:
        return
    name = f"{reference.registry}/{reference.repository}:{reference.tag}"
    if error.code in (401, 403):
        hint = f"docker login {reference.registry}, or check the spelling: a missing image may look like this too"
        raise RegistryError(f"the registry refuses {name} (HTTP {error.code})", hint=hint)
    if error.code == 405:
        raise RegistryError(f"the registry takes nothing for {name} (HTTP 405)", hint="is it read-only?")
    if error.code == 429:
        raise RegistryError(f"the registry limits requests for {name} (HTTP 429)", hint="wait, or docker login")
    if error.code == 507:
        raise RegistryError(f"the registry is full: {name} (HTTP 507)", hint="make room in its store")
    raise RegistryError(f"the registry failed on {name} (HTTP {error.code})", hint="look at the registry's log")


def _unreachable(reference: Reference, error: Exception) -> UnreachableError:
    reason = getattr(error, "reason", None) or error
    words = getattr(reason, "strerror", None) or str(reason)
    hint = "start the local registry: scripts/engine up" if is_local(reference.registry) else "check network and proxy"
    return UnreachableError(f"{reference.registry} cannot be reached: {words}", hint=hint)
