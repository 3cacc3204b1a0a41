"""Logins for registries. In: a registry's name, or the challenge of its 401. Out: user and password, or a header.

Only what `docker login` stored is used (config.json, credential helpers); it goes to the registry, or to the token
service it names, and nowhere else.
"""

from __future__ import annotations

import base64
import json
import os
import re
import urllib.parse
from collections.abc import Callable
from pathlib import Path

from bakehouse.errors import RegistryError, ToolError, ToolMissingError
from bakehouse.tools.reference import HUB, Reference
from bakehouse.tools.run import run

_HUB_LOGIN = "https://index.docker.io/v1/"


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
    server = _HUB_LOGIN if registry == HUB else registry
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


def authorization(
    reference: Reference, challenge: str, actions: str, fetch_token: Callable[[str, str | None], bytes]
) -> str | None:
    """The Authorization header that a 401's challenge asks for; None where nobody logged in.

    `actions` (`pull` or `pull,push`) is the right to ask a token service for; `fetch_token(url, header)` makes
    that call. Protocol: the distribution project's token authentication.
    """
    scheme, _, rest = challenge.partition(" ")
    login = credentials(reference.registry)
    basic = "Basic " + base64.b64encode(":".join(login).encode()).decode() if login else None
    if scheme.lower() != "bearer":
        return basic
    fields = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    realm = fields.get("realm", "")
    if not realm.startswith(("https://", "http://")):
        raise RegistryError(f"{reference.registry} asks for a login in a way nobody knows: {challenge[:80]}")
    query = {"scope": fields.get("scope") or f"repository:{reference.repository}:{actions}"}
    if "service" in fields:
        query["service"] = fields["service"]
    data = json.loads(fetch_token(f"{realm}?{urllib.parse.urlencode(query)}", basic))
    return f"Bearer {data.get('token') or data.get('access_token') or ''}"


def _from_helper(helper: str, server: str) -> tuple[str, str] | None:
    try:
        done = run((f"docker-credential-{helper}", "get"), input_text=server, timeout=10, check=False)
        data = json.loads(done.stdout) if done.returncode == 0 else {}
    except (ToolMissingError, ToolError, ValueError):
        return None  # no login is no error: the registry may take anonymous readers
    return (data["Username"], data["Secret"]) if data.get("Username") else None
