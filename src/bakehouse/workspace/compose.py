"""A compose file goes in; the services that it builds come out, with the line of each.

`include` and `extends` are followed as compose does: paths in another file start at that file.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bakehouse.errors import ConfigError, WorkspaceError
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
    """The built services of a compose file and of those it includes. Raises WorkspaceError (not readable as compose,
    or files that lead in a circle) and ConfigError.
    """
    return tuple(_read(_Files(tree), path, ()))


class _Files:
    """The compose files of one project: each is read once, with the variables of the `.env` beside it."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._documents: dict[str, Value] = {}
        self._variables: dict[str, dict[str, str]] = {}

    def document(self, path: str) -> Value:
        """A file's YAML. Raises WorkspaceError and OSError."""
        if path not in self._documents:
            self._documents[path] = parse_yaml(self._tree.read(path), path)
        return self._documents[path]

    def variables(self, path: str) -> dict[str, str]:
        """What compose would interpolate in a file: `.env` beside it, the environment over it."""
        directory = posixpath.dirname(path)
        if directory not in self._variables:
            try:
                variables = read_env_file(self._tree.read(posixpath.join(directory, ".env")))
            except OSError:
                variables = {}
            self._variables[directory] = {**variables, **os.environ}
        return self._variables[directory]

    def other(self, path: str, written: str, line: int) -> str:
        """The path of a file that another one names, which must be there. Raises WorkspaceError."""
        found = inside(interpolate(written, self.variables(path)), posixpath.dirname(path), path, line, "compose file")
        try:
            self.document(found)
        except OSError as error:
            message = f"{found} cannot be read: {error.strerror}"
            raise WorkspaceError(message, path=path, line=line, hint="correct the path") from None
        return found


@dataclass(frozen=True, slots=True)
class _Entry:
    """One service as one file writes it."""

    name: str
    value: Value
    path: str
    line: int

    @property
    def place(self) -> str:
        """File and name, which no other service shares."""
        return f"{self.path}:{self.name}"


def _read(files: _Files, path: str, trail: tuple[str, ...]) -> Iterator[ComposeService]:
    document = files.document(path)
    for written, line in _includes(document):
        included = files.other(path, written, line)
        if included in (*trail, path):
            circle = " -> ".join((*trail, path, included))
            raise WorkspaceError(f"compose files include each other in a circle: {circle}", path=path, line=line)
        yield from _read(files, included, (*trail, path))
    services = document.get("services")
    for name, (first, second) in (services.twice if services else {}).items():
        message = f"two services are called {name}: the first one in line {first}"
        raise ConfigError(message, path=path, line=second, hint="rename or remove one of them")
    for name, value in (services.mapping if services else {}).items():
        line = services.key_lines.get(name, value.line) if services else value.line
        found = _service(files, _Entry(name, value, path, line), ())
        if found is not None:
            yield found


def _includes(document: Value) -> Iterator[tuple[str, int]]:
    """The files that `include` names, each with its line: strings, or mappings with a `path` or several."""
    include = document.get("include")
    for item in include.items if include else ():
        path = item.get("path") or item
        for one in path.items or (path,):
            if isinstance(one.data, str):
                yield one.data, one.line


def _service(files: _Files, entry: _Entry, trail: tuple[str, ...]) -> ComposeService | None:
    """One service with what it extends; None where neither has a `build`."""
    base = _extended(files, entry, trail)
    if entry.value.get("build") is not None:
        own = _own(files, entry)
        return own if base is None else _over(base, own, entry, files.variables(entry.path))
    if base is None:
        return None
    image = entry.value.text("image")
    return replace(
        base,
        name=entry.name,
        path=entry.path,
        line=entry.line,
        image=interpolate(image, files.variables(entry.path)) if image else base.image,
        depends_on=tuple(dict.fromkeys((*base.depends_on, *_names(entry.value.get("depends_on"))))),
    )


def _extended(files: _Files, entry: _Entry, trail: tuple[str, ...]) -> ComposeService | None:
    """The service that `extends` names, read in its own file, so that its paths start there."""
    extends = entry.value.get("extends")
    if extends is None:
        return None
    wanted = extends.data if isinstance(extends.data, str) else extends.text("service")
    written = extends.text("file")
    where = files.other(entry.path, written, extends.line) if written else entry.path
    services = files.document(where).get("services")
    base = services.get(wanted) if services and wanted else None
    if services is None or wanted is None or base is None:
        hint = f"services there: {', '.join(services.mapping) if services else 'none'}"
        raise WorkspaceError(f"{where} has no service {wanted}", path=entry.path, line=extends.line, hint=hint)
    found = _Entry(wanted, base, where, services.key_lines.get(wanted, base.line))
    passed = (*trail, entry.place)
    if found.place in passed:
        circle = " -> ".join((*passed, found.place))
        raise WorkspaceError(f"services extend each other in a circle: {circle}", path=entry.path, line=extends.line)
    return _service(files, found, passed)


def _over(base: ComposeService, own: ComposeService, entry: _Entry, variables: Mapping[str, str]) -> ComposeService:
    """What a service says itself, over what it extends: single values replace, mappings are merged."""
    build = entry.value.get("build") or Value(None, entry.line)
    if not isinstance(build.data, str) and build.get("context") is None:
        written = build.text("dockerfile")
        dockerfile = base.dockerfile
        if written is not None and not base.remote:
            dockerfile = inside(interpolate(written, variables), base.context, entry.path, entry.line, "Dockerfile")
        own = replace(
            own,
            context=base.context,
            context_line=base.context_line,
            remote=base.remote,
            dockerfile=dockerfile,
            inline=own.inline or (base.inline and written is None),
        )
    return replace(
        own,
        target=own.target or base.target,
        args={**base.args, **own.args},
        contexts={**base.contexts, **own.contexts},
        platforms=own.platforms or base.platforms,
        image=own.image or base.image,
        depends_on=tuple(dict.fromkeys((*base.depends_on, *own.depends_on))),
    )


def _own(files: _Files, entry: _Entry) -> ComposeService:
    """What a service with a `build` says itself."""
    value, path, variables = entry.value, entry.path, files.variables(entry.path)
    build = value.get("build") or Value(None, entry.line)

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
        name=entry.name,
        path=path,
        line=entry.line,
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
