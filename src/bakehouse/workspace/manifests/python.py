"""pyproject.toml and requirements.txt → Manifest."""

from __future__ import annotations

import re
from typing import Any

from bakehouse.workspace.manifests.manifest import Manifest, parse_toml, table, text_of, texts

ECOSYSTEM = "python"
FILES = ("pyproject.toml", "requirements.txt")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def read(text: str, path: str) -> Manifest:
    """Read either file, told apart by its ending. Raises WorkspaceError."""
    return _requirements(text, path) if path.endswith(".txt") else _pyproject(text, path)


def _pyproject(text: str, path: str) -> Manifest:
    data = parse_toml(text, path)
    project, poetry, uv = table(data, "project"), table(data, "tool", "poetry"), table(data, "tool", "uv")
    listed = [*texts(project.get("dependencies"))]
    for extra in (*table(project, "optional-dependencies").values(), *table(data, "dependency-groups").values()):
        listed += texts(extra)
    names = [n for n in map(_name, listed) if n] + [_plain(n) for n in table(poetry, "dependencies")]
    sources = [*table(uv, "sources").values(), *table(poetry, "dependencies").values()]
    urls = [m[1] for m in (re.search(r"@\s*(?:file:)?((?:\.{1,2}/)\S+)", t) for t in listed) if m]
    scripts = {**table(poetry, "scripts"), **table(project, "scripts")}
    return Manifest(
        ecosystem=ECOSYSTEM,
        path=path,
        name=text_of(project.get("name")) or text_of(poetry.get("name")),
        version=text_of(project.get("version")) or text_of(poetry.get("version")),
        dependencies=tuple(dict.fromkeys(n for n in names if n != "python")),
        path_dependencies=tuple(dict.fromkeys([*_paths(sources), *urls])),
        scripts={k: v for k, v in scripts.items() if isinstance(v, str)},
        workspaces=texts(table(uv, "workspace").get("members")),
        runnable=bool(scripts),
    )


def _paths(sources: list[Any]) -> list[str]:
    return [s["path"] for s in sources if isinstance(s, dict) and isinstance(s.get("path"), str)]


def _requirements(text: str, path: str) -> Manifest:
    lines = [line.split(" #")[0].strip() for line in text.splitlines()]
    local = [re.sub(r"^(?:-e|--editable)[ =]\s*", "", line) for line in lines]
    return Manifest(
        ecosystem=ECOSYSTEM,
        path=path,
        dependencies=tuple(dict.fromkeys(n for n in map(_name, lines) if n)),
        path_dependencies=tuple(re.sub(r"^file:|\[.*\]$", "", p) for p in local if re.match(r"(?:file:)?\.{1,2}/", p)),
        runnable=True,
    )


def _name(requirement: str) -> str | None:
    """`Foo_Bar[extra]>=1` → foo-bar; options, comments and paths → None."""
    found = _NAME.match(requirement)
    return _plain(found[0]) if found else None


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
