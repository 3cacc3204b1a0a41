"""bakehouse.toml, the environment and flags go in; one frozen `Config` comes out.

Each source overrides the one before: defaults, file, `BAKEHOUSE_<SECTION>_<KEY>`, flags
(`{"build.variant": "dev"}`). Own keys only: an unknown key is an error with file, line and the nearest
valid key. Sizes are bytes, ages days.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import msgspec

from bakehouse.errors import ConfigError
from bakehouse.model.service import Kind

CONFIG_NAME = "bakehouse.toml"
ENV_PREFIX = "BAKEHOUSE_"
OTHERS_VARIABLES = frozenset({"BAKEHOUSE_REGISTRY_PORT"})  # read by scripts/engine, no key of ours

Lines = Mapping[tuple[str, ...], int]  # key path -> line of bakehouse.toml

_SIZE_UNITS = {"": 1, "b": 1} | {
    name: base**power
    for power, letter in enumerate("kmgt", start=1)
    for base, names in ((1000, (letter, f"{letter}b")), (1024, (f"{letter}i", f"{letter}ib")))
    for name in names
}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", re.IGNORECASE)


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Common to all tables of bakehouse.toml."""


class WorkspaceSection(_Section, frozen=True, kw_only=True):
    """[workspace]: `exclude` are globs, relative to the root, of paths that scan does not look at."""

    name: str = ""
    exclude: tuple[str, ...] = ()


class BuildSection(_Section, frozen=True, kw_only=True):
    """[build]: `concurrency` 0 lets Bakehouse choose; `ca` is auto, off, or the path of a CA bundle."""

    variant: str = "prod"
    platforms: tuple[str, ...] = ()
    concurrency: Annotated[int, msgspec.Meta(ge=0)] = 0
    keep_going: bool = True
    ca: str = "auto"


class RegistrySection(_Section, frozen=True, kw_only=True):
    """[registry]: where images go; an empty `namespace` means the workspace's name."""

    url: str = "localhost:5000"
    namespace: str = ""
    push: bool = False


class CacheSection(_Section, frozen=True, kw_only=True):
    """[cache]: `ref` is a registry reference or a directory; retention is by age and by size."""

    backend: Annotated[str, msgspec.Meta(pattern="^(none|registry|local|inline)$")] = "none"
    ref: str = ""
    keep_days: Annotated[int, msgspec.Meta(ge=0)] = 30
    max_size: str = "10GB"

    @property
    def max_bytes(self) -> int:
        """`max_size` in bytes."""
        return parse_size(self.max_size)


class BasesSection(_Section, frozen=True, kw_only=True):
    """[bases]: substitutes for base images that cannot be pulled; `map` is original = replacement."""

    substitute: Annotated[str, msgspec.Meta(pattern="^(auto|never)$")] = "auto"
    registry: str = "localhost:5000"
    map: dict[str, str] = {}


class BuilderSection(_Section, frozen=True, kw_only=True):
    """[builder]: the buildx builder; an empty `name` means the current one."""

    name: str = ""
    driver: Annotated[str, msgspec.Meta(pattern="^(docker|docker-container|remote|kubernetes)$")] = "docker"


class ServiceSection(_Section, frozen=True, kw_only=True):
    """[services.NAME]: corrects what scan found, or adds a service. Paths are relative to the root.

    An `optional` service is skipped where its base image cannot be had; without it, it is blocked.
    """

    context: str | None = None
    dockerfile: str | None = None
    target: str | None = None
    kind: Kind | None = None
    variants: dict[str, str] = {}
    args: dict[str, str] = {}
    contexts: dict[str, str] = {}
    skip: str | None = None
    optional: bool = False
    platforms: tuple[str, ...] = ()


class Document(_Section, frozen=True, kw_only=True):
    """The whole of bakehouse.toml."""

    workspace: WorkspaceSection = WorkspaceSection()
    build: BuildSection = BuildSection()
    registry: RegistrySection = RegistrySection()
    cache: CacheSection = CacheSection()
    bases: BasesSection = BasesSection()
    builder: BuilderSection = BuilderSection()
    services: dict[str, ServiceSection] = {}


class Config(Document, frozen=True, kw_only=True):
    """What holds for this run. `file` is bakehouse.toml relative to the root, None where there is none.

    `service_lines` says in which line of the file [services.NAME] begins.
    """

    file: str | None = None
    service_lines: dict[str, int] = {}


_SECTIONS: dict[str, type[_Section]] = {
    "workspace": WorkspaceSection,
    "build": BuildSection,
    "registry": RegistrySection,
    "cache": CacheSection,
    "bases": BasesSection,
    "builder": BuilderSection,
}


def parse_size(text: str) -> int:
    """`10GB` (decimal), `512MiB` (binary), `4096` (bytes) → bytes. Raises ConfigError."""
    found = _SIZE.fullmatch(text)
    if not found or found[2].lower() not in _SIZE_UNITS:
        raise ConfigError(f"not a size: {text!r}", hint="write a number and a unit, e.g. 10GB, 512MiB")
    return int(float(found[1]) * _SIZE_UNITS[found[2].lower()])


def json_schema() -> dict[str, Any]:
    """The JSON schema of bakehouse.toml, for editors and for the reference manual."""
    return msgspec.json.schema(Document)


def load(
    root: Path, flags: Mapping[str, str] | None = None, env: Mapping[str, str] = os.environ, *, use_file: bool = True
) -> Config:
    """Read `root`/bakehouse.toml (it may be missing); environment and flags go over it. Raises ConfigError.

    `use_file` False leaves the file out, as if it were missing.
    """
    path = root / CONFIG_NAME
    lines: dict[tuple[str, ...], int] = {}
    data: dict[str, Any] = {}
    present = use_file and path.is_file()
    if present:
        data, lines = _read(path)
    _refuse_unknown(data, (*_SECTIONS, "services"), (), lines)
    sections = {
        name: _section(name=name, kind=kind, data=data, lines=lines, env=env, flags=flags or {})
        for name, kind in _SECTIONS.items()
    }
    _refuse_unknown_flags(flags or {})
    services = _services(data.get("services", {}), lines)
    name = sections["workspace"].name or _slug(root.resolve().name)
    sections["workspace"] = msgspec.structs.replace(sections["workspace"], name=name)
    if not sections["registry"].namespace:
        sections["registry"] = msgspec.structs.replace(sections["registry"], namespace=_slug(name))
    return Config(
        **sections,
        services=services,
        file=CONFIG_NAME if present else None,
        service_lines={name: lines.get(("services", name), 1) for name in services},
    )


def _read(path: Path) -> tuple[dict[str, Any], dict[tuple[str, ...], int]]:
    """The TOML document and the line of each of its keys."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError(f"cannot be read: {reason}", path=CONFIG_NAME) from error
    try:
        return tomllib.loads(text), _key_lines(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(where[1]) if where else text.count("\n") + 1
        message = re.sub(r"\s*\(at [^)]*\)", "", str(error))
        hint = "correct the TOML there; `bakehouse init --force` writes a fresh file"
        raise ConfigError(f"invalid TOML: {message}", path=CONFIG_NAME, line=line, hint=hint) from error


def _key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Key path → 1-based line. Keys inside inline tables are not listed: their table's line serves."""
    table: tuple[str, ...] = ()
    lines: dict[tuple[str, ...], int] = {}
    fence = ""  # the delimiter of a multi-line string that is still open
    for number, line in enumerate(text.splitlines(), start=1):
        if fence:
            fence = "" if line.count(fence) % 2 else fence
            continue
        if header := re.match(r"\s*\[+\s*([^\]#]+?)\s*\]+", line):
            table = _split_key(header[1])
            lines.setdefault(table, number)
        elif key := re.match(r"""\s*((?:[\w.\s-]|"[^"]*"|'[^']*')+?)\s*=""", line):
            path = table + _split_key(key[1])
            for depth in range(len(table) + 1, len(path) + 1):
                lines.setdefault(path[:depth], number)
        for mark in ('"""', "'''"):
            if line.count(mark) % 2:
                fence = mark
    return lines


def _split_key(text: str) -> tuple[str, ...]:
    """`services."my api".args` → ("services", "my api", "args")."""
    parts = re.findall(r'"([^"]*)"|\'([^\']*)\'|([^.\s]+)', text)
    return tuple(a or b or c for a, b, c in parts)


def _line_of(path: tuple[str, ...], lines: Lines) -> int | None:
    """The line of a key, or of the nearest table around it."""
    for depth in range(len(path), 0, -1):
        if path[:depth] in lines:
            return lines[path[:depth]]
    return None


def _section(
    *,
    name: str,
    kind: type[_Section],
    data: Mapping[str, Any],
    lines: Lines,
    env: Mapping[str, str],
    flags: Mapping[str, str],
) -> Any:
    """One table: file values checked first, so that an error names the file; then environment, then flags."""
    section = _convert(data.get(name, {}), kind, (name,), lines)
    fields = tuple(kind.__struct_fields__)
    for variable, text in env.items():
        prefix = f"{ENV_PREFIX}{name.upper()}_"
        if variable.startswith(prefix) and variable not in OTHERS_VARIABLES:
            key = variable.removeprefix(prefix).lower()
            if key not in fields:
                raise _unknown(variable, [f"{prefix}{f.upper()}" for f in fields], "environment variable")
            section = _override(section, key, text, f"environment variable {variable}")
    for flag, text in flags.items():
        table, _, key = flag.partition(".")
        if table == name and key in fields:
            section = _override(section, key, text, f"flag for {flag}")
    return section


def _override(section: Any, key: str, text: str, source: str) -> Any:
    """The section with one value replaced by one given as text: lists `a,b`, maps `a=b,c=d`."""
    old = getattr(section, key)
    value: Any = text
    items = [item.strip() for item in text.split(",") if item.strip()]
    if isinstance(old, tuple):
        value = items
    elif isinstance(old, dict):
        value = dict(item.partition("=")[::2] for item in items)
    try:
        changed = msgspec.convert({**msgspec.to_builtins(section), key: value}, type(section), strict=False)
        _check_values(changed)
    except (msgspec.ValidationError, ConfigError) as error:
        message = str(error).partition(" - at ")[0]
        raise ConfigError(f"{source}: {text!r} will not do: {message}") from error
    return changed


def _convert(value: Any, kind: type[_Section], path: tuple[str, ...], lines: Lines) -> Any:
    """A table of the file → its struct, or ConfigError with file and line."""
    label = ".".join(path)
    if not isinstance(value, dict):
        message, line = f"{label} must be a table", _line_of(path, lines)
        raise ConfigError(message, path=CONFIG_NAME, line=line, hint=f"write [{label}] on a line of its own")
    _refuse_unknown(value, tuple(kind.__struct_fields__), path, lines)
    for key in value:  # one by one, so that the error can name the key
        try:
            _check_values(msgspec.convert({key: value[key]}, kind))
        except (msgspec.ValidationError, ConfigError) as error:
            message = str(error).partition(" - at ")[0].partition("\n")[0]
            line = _line_of((*path, key), lines)
            raise ConfigError(f"{label}.{key}: {message}", path=CONFIG_NAME, line=line) from error
    return msgspec.convert(value, kind)


def _check_values(section: Any) -> None:
    """What a type cannot say: the cache size is a size."""
    if isinstance(section, CacheSection):
        parse_size(section.max_size)


def _services(value: Any, lines: Lines) -> dict[str, ServiceSection]:
    """[services.*] → name → ServiceSection."""
    if not isinstance(value, dict):
        raise ConfigError("services must be tables", path=CONFIG_NAME, line=_line_of(("services",), lines))
    return {name: _convert(table, ServiceSection, ("services", name), lines) for name, table in value.items()}


def _refuse_unknown(value: Mapping[str, Any], valid: tuple[str, ...], path: tuple[str, ...], lines: Lines) -> None:
    for key in value:
        if key not in valid:
            raise _unknown(".".join((*path, key)), [".".join((*path, v)) for v in valid], "key",
                           path=CONFIG_NAME, line=_line_of((*path, key), lines))  # fmt: skip


def _refuse_unknown_flags(flags: Mapping[str, str]) -> None:
    valid = [f"{name}.{field}" for name, kind in _SECTIONS.items() for field in kind.__struct_fields__]
    for flag in flags:
        if flag not in valid:
            raise _unknown(flag, valid, "setting")


def _unknown(
    given: str, valid: list[str], what: str, *, path: str | None = None, line: int | None = None
) -> ConfigError:
    """The error for a name nobody knows, with the nearest one that exists."""
    near = get_close_matches(given, valid, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"valid: {', '.join(valid)}"
    return ConfigError(f"unknown {what} {given}", path=path, line=line, hint=hint)


def _slug(text: str) -> str:
    """A name that image references accept: lower case, digits, single dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "workspace"
