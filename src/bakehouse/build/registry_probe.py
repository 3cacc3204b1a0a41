"""Does a registry answer, and does Docker's own credential store hold a login it takes? GET /v2/, nothing else.

In: the registry's host. Out: RegistryState. Credentials come from where `docker login` puts them and go to the
registry (or to the token service it names) only.
"""

from __future__ import annotations

import base64
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from bakehouse.build.builders import is_local
from bakehouse.errors import BakehouseError
from bakehouse.tools.run import run


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
    credentials = _credentials(host, timeout)
    if credentials is None:
        return RegistryState(host=host, login=Login.MISSING)
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


def _credentials(host: str, timeout: float) -> str | None:
    """`user:password` in base64 from Docker's credential store, None where it has none for `host`."""
    directory = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        document = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(document, dict):
        return None
    key = "https://index.docker.io/v1/" if host == "docker.io" else host
    helper = (document.get("credHelpers") or {}).get(key) or document.get("credsStore")
    if helper:
        return _from_helper(str(helper), key, timeout)
    entry = (document.get("auths") or {}).get(key) or {}
    return entry.get("auth") or None


def _from_helper(helper: str, key: str, timeout: float) -> str | None:
    try:
        done = run((f"docker-credential-{helper}", "get"), input_text=key, timeout=timeout, check=False)
        answer: Any = json.loads(done.stdout)
    except (BakehouseError, ValueError):
        return None
    if not isinstance(answer, dict) or not answer.get("Secret"):
        return None
    return base64.b64encode(f"{answer.get('Username', '')}:{answer['Secret']}".encode()).decode()
