"""Whether builders work on this machine, from what the docker client itself goes by: environment and its own files.

In: names of builders (none: the current one). Out: a yes only where nothing speaks against it. Nothing is run and
nobody is asked; a builder elsewhere may have another platform, and that changes images.
"""

from __future__ import annotations

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
    directory = Path(env.get("DOCKER_CONFIG") or Path.home() / ".docker")
    context = env.get("DOCKER_CONTEXT") or str(_read(directory / "config.json").get("currentContext") or "default")
    if not host and context not in _LOCAL_CONTEXTS:
        return False
    current = env.get("BUILDX_BUILDER") or str(_read(directory / "buildx" / "current").get("Name") or "default")
    return all(_builder_is_here(directory, name, context) for name in builders or (current,))


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
