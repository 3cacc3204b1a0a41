"""package.json → Manifest."""

from __future__ import annotations

import json

from bakehouse.errors import WorkspaceError
from bakehouse.workspace.manifests.manifest import Manifest, table, text_of, texts

ECOSYSTEM = "node"
FILES = ("package.json",)
_LOCAL = ("file:", "link:", "portal:")


def read(text: str, path: str) -> Manifest:
    """Read a package.json. Raises WorkspaceError."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise WorkspaceError(f"invalid JSON: {error.msg}", path=path, line=error.lineno) from error
    except RecursionError as error:
        raise WorkspaceError("JSON nested too deeply", path=path, line=1) from error
    if not isinstance(data, dict):
        raise WorkspaceError("is no JSON object", path=path, line=1)
    tables = [table(data, k) for k in ("dependencies", "devDependencies", "optionalDependencies")]
    wanted = {name: spec for t in reversed(tables) for name, spec in t.items() if isinstance(spec, str)}
    scripts = {k: v for k, v in table(data, "scripts").items() if isinstance(v, str)}
    members = data.get("workspaces")
    return Manifest(
        ecosystem=ECOSYSTEM,
        path=path,
        name=text_of(data.get("name")),
        version=text_of(data.get("version")),
        dependencies=tuple(wanted),
        path_dependencies=tuple(s.partition(":")[2] for s in wanted.values() if s.startswith(_LOCAL)),
        scripts=scripts,
        workspaces=texts(members.get("packages")) if isinstance(members, dict) else texts(members),
        runnable="start" in scripts or "serve" in scripts,
    )
