"""go.mod → Manifest."""

from __future__ import annotations

import re

from bakehouse.workspace.manifests.manifest import Manifest

ECOSYSTEM = "go"
FILES = ("go.mod",)


def read(text: str, path: str) -> Manifest:
    """Read a go.mod. Lines that are not understood are left out."""
    bare = re.sub(r"//[^\n]*", "", text)
    module = re.search(r"^\s*module\s+\"?([^\s\"]+)", bare, re.MULTILINE)
    required = re.findall(r"^\s*(?:require\s+)?([\w.~-]+\.[\w.~-]+/\S+)\s+v\d\S*\s*$", bare, re.MULTILINE)
    return Manifest(
        ecosystem=ECOSYSTEM,
        path=path,
        name=module[1].rpartition("/")[2] if module else None,
        dependencies=tuple(dict.fromkeys(required)),
        path_dependencies=tuple(re.findall(r"=>\s*(\.{1,2}/\S*)", bare)),
    )
