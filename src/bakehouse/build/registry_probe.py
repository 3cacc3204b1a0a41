"""Does a registry answer, and does Docker's own credential store hold a login it takes? GET /v2/, nothing else.

In: the registry's host. Out: RegistryState. Credentials come from where `docker login` puts them and go to the
registry (or to the token service it names) only.
"""

from __future__ import annotations

import base64
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from enum import StrEnum

from bakehouse.build.builders import is_local
from bakehouse.errors import RegistryError
from bakehouse.tools import registry


class Login(StrEnum):
    """What the registry says to our credentials."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    MISSING = "missing"  # it wants a login, the credential store has none
    NOT_NEEDED = "not-needed"  # it answers anybody


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryState:
    """`login` is None where the registry does not answer; `detail` then says why."""

    host: str
    login: Login | None
    detail: str = ""


def probe(url: str, timeout: float = 4.0) -> RegistryState:
    """Ask the registry of `url` (host[:port], a scheme may stand before it, a path after it)."""
    host = re.sub(r"^https?://", "", url).partition("/")[0]
    scheme = "http" if is_local(host) or url.startswith("http://") else "https"
    base = f"{scheme}://{'registry-1.docker.io' if host == 'docker.io' else host}/v2/"
    status, challenge, detail = _get(base, None, timeout)
    if status == 0:
        return RegistryState(host=host, login=None, detail=detail)
    if status == 200:
        return RegistryState(host=host, login=Login.NOT_NEEDED)
    if status != 401:
        return RegistryState(host=host, login=None, detail=f"it answers with HTTP status {status}")
    try:
        stored = registry.credentials(host)
    except RegistryError as error:
        return RegistryState(host=host, login=Login.MISSING, detail=error.message)
    if stored is None:
        return RegistryState(host=host, login=Login.MISSING)
    credentials = base64.b64encode(":".join(stored).encode()).decode()
    address = base
    if challenge.lower().startswith("bearer"):
        parts = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        address = f"{parts.get('realm', '')}?{urllib.parse.urlencode({'service': parts.get('service', '')})}"
    status, _, _ = _get(address, credentials, timeout)
    return RegistryState(host=host, login=Login.ACCEPTED if status == 200 else Login.REFUSED)


def _get(address: str, basic: str | None, timeout: float) -> tuple[int, str, str]:
    """HTTP status (0: no answer), the WWW-Authenticate header, and why there is no answer."""
    if not address.startswith(("http://", "https://")):
        return 0, "", f"not an HTTP address: {address}"
    request = urllib.request.Request(address, headers={"Authorization": f"Basic {basic}"} if basic else {})  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 - checked above
            return answer.status, "", ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("WWW-Authenticate", ""), ""
    except (OSError, ValueError) as error:
        return 0, "", str(getattr(error, "reason", error))
