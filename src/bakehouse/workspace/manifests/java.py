"""pom.xml → Manifest. Read with patterns: no XML parser meets a file of a stranger, so no entity is ever expanded."""

from __future__ import annotations

import re

from bakehouse.workspace.manifests.manifest import Manifest

ECOSYSTEM = "java"
FILES = ("pom.xml",)


def read(text: str, path: str) -> Manifest:
    """Read a pom.xml. What is not understood is left out."""
    bare = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    blocks = re.findall(r"<dependency>(.*?)</dependency>", bare, re.DOTALL)
    own = re.sub(r"<(parent|dependencies|dependencyManagement|build|profiles|modules)>.*?</\1>", "", bare, flags=re.S)
    packaging = _tag(own, "packaging") or "jar"
    return Manifest(
        ecosystem=ECOSYSTEM,
        path=path,
        name=_tag(own, "artifactId"),
        version=_tag(own, "version"),
        dependencies=tuple(dict.fromkeys(n for n in (_tag(b, "artifactId") for b in blocks) if n)),
        workspaces=tuple(m.strip() for m in re.findall(r"<module>(.*?)</module>", bare)),
        runnable=packaging == "war" or "spring-boot-maven-plugin" in bare,
    )


def _tag(text: str, name: str) -> str | None:
    found = re.search(rf"<{name}>\s*([^<]*?)\s*</{name}>", text)
    return found[1] if found else None
