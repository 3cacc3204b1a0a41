"""A compose file goes in; the services that it builds come out, with the line of each."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bakehouse.errors import ConfigError
from bakehouse.workspace.interpolation import interpolate, read_env_file
from bakehouse.workspace.tree import Tree
from bakehouse.workspace.yaml_nodes import Value, parse_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeService:
    """One service with a `build`. Paths are relative to the workspace root; `inline` is dockerfile_inline."""

    name: str
    path: str
    line: int
    context: str
    context_line: int
    dockerfile: str
    target: str | None
    args: Mapping[str, str]
    contexts: Mapping[str, str]
    platforms: tuple[str, ...]
    image: str | None
    depends_on: tuple[str, ...]
    inline: bool = False
    remote: bool = False


def read_compose(tree: Tree, path: str) -> tuple[ComposeService, ...]:
    """The built services of a compose file. Raises WorkspaceError (not readable as compose) and ConfigError."""
    document = parse_yaml(tree.read(path), path)
    variables = _variables(tree, path)
    services = document.get("services")
    for name, (first, second) in (services.twice if services else {}).items():
        message = f"two services are called {name}: the first one in line {first}"
        raise ConfigError(message, path=path, line=second, hint="rename or remove one of them")
    found = []
    for name, value in (services.mapping if services else {}).items():
        if value.get("build") is not None:
            line = services.key_lines.get(name, value.line) if services else value.line
            found.append(_service(name, value, line, path, variables))
    return tuple(found)


def _variables(tree: Tree, path: str) -> dict[str, str]:
    """What compose would interpolate: `.env` beside the file, the environment over it."""
    try:
        variables = read_env_file(tree.read(posixpath.join(posixpath.dirname(path), ".env")))
    except OSError:
        variables = {}
    return {**variables, **os.environ}


def _service(name: str, value: Value, line: int, path: str, variables: Mapping[str, str]) -> ComposeService:
    build = value.get("build") or Value(None, line)

    def text(source: Value, key: str) -> str | None:
        raw = source.text(key)
        return interpolate(raw, variables) or None if raw is not None else None

    short = interpolate(build.data, variables) if isinstance(build.data, str) else None
    written = short or text(build, "context") or "."
    node = build.get("context") or build
    remote = bool(re.match(r"https?://|git@|ssh://|git://|github\.com/", written))
    context = written if remote else inside(written, posixpath.dirname(path), path, node.line)
    dockerfile = text(build, "dockerfile") or "Dockerfile"
    if not remote:
        where = build.get("dockerfile") or build
        dockerfile = inside(dockerfile, context, path, where.line, what="Dockerfile")
    contexts = {
        key: _named_context(interpolate(raw, variables), posixpath.dirname(path), path, build.line)
        for key, raw in _pairs(build.get("additional_contexts")).items()
    }
    return ComposeService(
        name=name,
        path=path,
        line=line,
        context=context,
        context_line=node.line,
        dockerfile=dockerfile,
        target=text(build, "target"),
        args={k: interpolate(v, variables) for k, v in _pairs(build.get("args"), variables).items()},
        contexts=contexts,
        platforms=_texts(build.get("platforms")),
        image=text(value, "image"),
        depends_on=_names(value.get("depends_on")),
        inline=build.get("dockerfile_inline") is not None,
        remote=remote,
    )


def inside(written: str, base: str, path: str, line: int | None, what: str = "build context") -> str:
    """A path as written, relative to `base` → relative to the root. Outside of it: ConfigError."""
    joined = posixpath.normpath(posixpath.join(base, written))
    if joined.startswith(("../", "/")) or joined == "..":
        raise ConfigError(
            f"{what} {written} lies outside the workspace",
            path=path,
            line=line,
            hint="run bakehouse in a directory that holds both (-C DIR), or correct the path",
        )
    return joined


def _named_context(value: str, base: str, path: str, line: int) -> str:
    """A path becomes root-relative; images, URLs and other services stay as they are."""
    if re.match(r"[a-z-]+:", value):
        return value
    return inside(value, base, path, line)


def _pairs(value: Value | None, variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """A mapping, or a list of `a=b`; a name without value takes the variable's, if there is one."""
    found: dict[str, str | None] = {}
    if value is not None:
        for key, entry in value.mapping.items():
            found[key] = entry.data if isinstance(entry.data, str) else None
        for item in value.items:
            if isinstance(item.data, str):
                key, given, text = item.data.partition("=")
                found[key] = text if given else None
    filled = {k: (variables or {}).get(k) if v is None else v for k, v in found.items()}
    return {k: v for k, v in filled.items() if v is not None}


def _texts(value: Value | None) -> tuple[str, ...]:
    return tuple(item.data for item in value.items if isinstance(item.data, str)) if value else ()


def _names(value: Value | None) -> tuple[str, ...]:
    """depends_on as a list or as a mapping."""
    return (*value.mapping, *_texts(value)) if value else ()
