"""Cargo.toml → Manifest."""

from __future__ import annotations

from bakehouse.workspace.manifests.manifest import Manifest, parse_toml, table, text_of, texts

ECOSYSTEM = "rust"
FILES = ("Cargo.toml",)


def read(text: str, path: str) -> Manifest:
    """Read a Cargo.toml. Raises WorkspaceError."""
    data = parse_toml(text, path)
    package = table(data, "package")
    wanted = {**table(data, "build-dependencies"), **table(data, "dependencies")}
    local = (text_of(spec.get("path")) for spec in wanted.values() if isinstance(spec, dict))
    return Manifest(
        ecosystem=ECOSYSTEM,
        path=path,
        name=text_of(package.get("name")),
        version=text_of(package.get("version")),
        dependencies=tuple(wanted),
        path_dependencies=tuple(p for p in local if p),
        workspaces=texts(table(data, "workspace").get("members")),
        runnable="bin" in data,
    )
