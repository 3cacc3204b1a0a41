"""Manifests: one ecosystem a file. A newcomer adds a module and a line here; a test checks that none is forgotten.

A module has `ECOSYSTEM: str`, `FILES: tuple[str, ...]` (in order of preference) and
`read(text: str, path: str) -> Manifest`, which raises WorkspaceError for what cannot be read.
"""

from __future__ import annotations

from types import ModuleType

from bakehouse.workspace.manifests import go, java, node, python, rust
from bakehouse.workspace.manifests.manifest import Manifest

ECOSYSTEMS: tuple[ModuleType, ...] = (node, python, go, rust, java)


def ecosystem_of(name: str) -> ModuleType | None:
    """The module that reads files of that name, None where there is none."""
    return next((module for module in ECOSYSTEMS if name in module.FILES), None)


def read_manifest(name: str, text: str, path: str) -> Manifest:
    """Read a manifest whose name an ecosystem knows. Raises WorkspaceError with file and line."""
    module = ecosystem_of(name)
    assert module is not None, f"no ecosystem reads {name}"
    manifest = module.read(text, path)
    assert isinstance(manifest, Manifest)
    return manifest
