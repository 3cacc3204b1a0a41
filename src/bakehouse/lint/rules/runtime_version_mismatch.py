"""The base image's runtime is not the one that the project asks for.

## What

A Node, Python or Go version that the project demands (`.nvmrc`, `.node-version`, `engines.node`, `.python-version`,
`requires-python`, the `go` line of go.mod) excludes the version of the base image. This needs more than the file: it
reads the manifests.

## Why

What runs in the image is not what runs on the developers' machines; installers refuse (`requires-python`, and Go, whose
official images do not fetch another toolchain), or it fails at run time.

## Bad

```dockerfile
# .nvmrc says: 22
FROM node:18-alpine
```

## Good

```dockerfile
# .nvmrc says: 22
FROM node:22-alpine
```

## Fix

None: either side may be the one to change.
"""

from __future__ import annotations

import json
import posixpath
import re
import tomllib
from collections.abc import Callable, Iterator

from bakehouse.dockerfile.state import StageMeaning
from bakehouse.lint.contexts import Build
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.versions import can_satisfy, leading_version

RULE = rule(__doc__, name="runtime-version-mismatch", group=Group.CROSS_FILE, severity=Severity.WARNING)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Every FROM whose version a file beside the service excludes."""
    for build in repo.builds:
        for stage in build.subject.stages:
            yield from _check(repo, build, stage)


def _check(repo: Repo, build: Build, stage: StageMeaning) -> Iterator[Hit]:
    image = stage.stage.origin.image
    if image is None or not stage.stage.base_certain or image.registry != "docker.io":
        return
    name = image.path.removeprefix("library/")
    version = leading_version(image.tag)
    if name not in _DEMANDS or version is None:
        return
    for path, wanted in _demands(repo, build, name):
        if can_satisfy(version, wanted) is False:
            yield Hit(
                f"{image.familiar} does not satisfy {wanted.strip()}, which {path} asks for",
                stage.stage.from_.words[0].span,
                hint="use a base of that version, or correct the file",
                path=build.subject.path,
                service=build.service.name,
            )
            return


def _demands(repo: Repo, build: Build, runtime: str) -> Iterator[tuple[str, str]]:
    """The files beside the Dockerfile and at the top of the context that name a version, with it."""
    for directory in dict.fromkeys((posixpath.dirname(build.subject.path) or ".", build.service.context)):
        for name, read in _DEMANDS[runtime].items():
            path = posixpath.normpath(posixpath.join(directory, name))
            data = repo.read(path)
            wanted = read(data.decode("utf-8", "replace")) if data is not None else None
            if wanted:
                yield path, wanted


def _line(text: str) -> str | None:
    first = text.strip().partition("\n")[0].strip()
    return first if re.fullmatch(r"v?\d+(\.\d+)*", first) else None


def _engines(text: str) -> str | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    engines = found.get("engines") if isinstance(found, dict) else None
    wanted = engines.get("node") if isinstance(engines, dict) else None
    return wanted if isinstance(wanted, str) else None


def _requires_python(text: str) -> str | None:
    try:
        project = tomllib.loads(text).get("project")
    except tomllib.TOMLDecodeError:
        return None
    wanted = project.get("requires-python") if isinstance(project, dict) else None
    return wanted if isinstance(wanted, str) else None


def _go(text: str) -> str | None:
    found = re.search(r"^go (\d+\.\d+(?:\.\d+)?)\s*$", text, re.MULTILINE)
    return f">={found[1]}" if found else None


_DEMANDS: dict[str, dict[str, Callable[[str], str | None]]] = {
    "node": {".nvmrc": _line, ".node-version": _line, "package.json": _engines},
    "python": {".python-version": _line, "pyproject.toml": _requires_python},
    "golang": {"go.mod": _go},
}
