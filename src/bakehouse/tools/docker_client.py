"""What the docker client adds to a build by itself, from its environment and its own files; nothing is run.

In: names of builders (none: the current one), or nothing. Out: whether they work on this machine (a builder elsewhere
may have another platform), and a digest of the proxies that the client hands to every build.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_LOCAL_CONTEXTS = frozenset({"default", "desktop-linux", "rootless"})
_LOCAL_DRIVERS = frozenset({"docker", "docker-container"})


def is_here(builders: Sequence[str] = (), env: Mapping[str, str] = os.environ) -> bool:
    """Whether all of `builders` certainly work on this machine."""
    host = env.get("DOCKER_HOST", "")
    if host and not host.startswith("unix://"):
        return False
    directory = _directory(env)
    context = env.get("DOCKER_CONTEXT") or str(_read(directory / "config.json").get("currentContext") or "default")
    if not host and context not in _LOCAL_CONTEXTS:
        return False
    current = env.get("BUILDX_BUILDER") or str(_read(directory / "buildx" / "current").get("Name") or "default")
    return all(_builder_is_here(directory, name, context) for name in builders or (current,))


def proxies(env: Mapping[str, str] = os.environ) -> str:
    """A digest of the proxies that the client gives to builds as arguments (`proxies` of config.json); "" for none.

    A digest, because their addresses may hold passwords.
    """
    found = _read(_directory(env) / "config.json").get("proxies")
    if not found:
        return ""
    return "sha256:" + hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def _directory(env: Mapping[str, str]) -> Path:
    return Path(env.get("DOCKER_CONFIG") or Path.home() / ".docker")


def _builder_is_here(directory: Path, name: str, context: str) -> bool:
    """The engine's own builder, or one whose nodes are all reached through this machine's engine."""
    if name in ("default", context):
        return True
    found = _read(directory / "buildx" / "instances" / name)
    nodes = found.get("Nodes")
    if found.get("Driver") not in _LOCAL_DRIVERS or not isinstance(nodes, list) or not nodes:
        return False
    ends = [str(node.get("Endpoint")) if isinstance(node, dict) else "" for node in nodes]
    return all(end.startswith("unix://") or end in _LOCAL_CONTEXTS for end in ends)


def _read(path: Path) -> dict[str, Any]:
    """A JSON object; an empty one where there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
