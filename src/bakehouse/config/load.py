"""Defaults, bakehouse.toml, environment and flags merged into one frozen `Config`.

Each source overrides the one before. Own keys only: an unknown key is an error with file, line and the nearest
valid key.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from bakehouse.config.sections import SECTIONS, CacheSection, Config, Document, Section, ServiceSection, parse_size
from bakehouse.config.toml_file import CONFIG_NAME, Lines, line_of, read
from bakehouse.errors import ConfigError

ENV_PREFIX = "BAKEHOUSE_"
OTHERS_VARIABLES = frozenset({"BAKEHOUSE_REGISTRY_PORT"})  # read by scripts/engine, no key of ours


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
        data, lines = read(path)
    _refuse_unknown(data, (*SECTIONS, "services"), (), lines)
    sections = {
        name: _section(name=name, kind=kind, data=data, lines=lines, env=env, flags=flags or {})
        for name, kind in SECTIONS.items()
    }
    _refuse_unknown_flags(flags or {})
    _check_bucket(sections["cache"], lines, in_file="backend" in data.get("cache", {}))
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


def _section(
    *,
    name: str,
    kind: type[Section],
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


def _convert(value: Any, kind: type[Section], path: tuple[str, ...], lines: Lines) -> Any:
    """A table of the file → its struct, or ConfigError with file and line."""
    label = ".".join(path)
    if not isinstance(value, dict):
        message, line = f"{label} must be a table", line_of(path, lines)
        raise ConfigError(message, path=CONFIG_NAME, line=line, hint=f"write [{label}] on a line of its own")
    _refuse_unknown(value, tuple(kind.__struct_fields__), path, lines)
    for key in value:  # one by one, so that the error can name the key
        try:
            _check_values(msgspec.convert({key: value[key]}, kind))
        except (msgspec.ValidationError, ConfigError) as error:
            message = str(error).partition(" - at ")[0].partition("\n")[0]
            line = line_of((*path, key), lines)
            raise ConfigError(f"{label}.{key}: {message}", path=CONFIG_NAME, line=line) from error
    return msgspec.convert(value, kind)


def _check_values(section: Any) -> None:
    """What a type cannot say: the cache size is a size."""
    if isinstance(section, CacheSection):
        parse_size(section.max_size)


def _check_bucket(cache: CacheSection, lines: Lines, *, in_file: bool) -> None:
    """A cache in a bucket needs its name and region."""
    missing = [key for key in ("bucket", "region") if not getattr(cache, key)]
    if cache.backend == "s3" and missing:
        where: dict[str, Any] = {"path": CONFIG_NAME, "line": line_of(("cache", "backend"), lines)} if in_file else {}
        raise ConfigError(
            f"cache.backend s3 needs cache.{' and cache.'.join(missing)}",
            hint='add bucket = "..." and region = "..." to [cache]; endpoint = "http://..." where it is not AWS',
            **where,
        )


def _services(value: Any, lines: Lines) -> dict[str, ServiceSection]:
    """[services.*] → name → ServiceSection."""
    if not isinstance(value, dict):
        raise ConfigError("services must be tables", path=CONFIG_NAME, line=line_of(("services",), lines))
    return {name: _convert(table, ServiceSection, ("services", name), lines) for name, table in value.items()}


def _refuse_unknown(value: Mapping[str, Any], valid: tuple[str, ...], path: tuple[str, ...], lines: Lines) -> None:
    for key in value:
        if key not in valid:
            raise _unknown(".".join((*path, key)), [".".join((*path, v)) for v in valid], "key",
                           path=CONFIG_NAME, line=line_of((*path, key), lines))  # fmt: skip


def _refuse_unknown_flags(flags: Mapping[str, str]) -> None:
    valid = [f"{name}.{field}" for name, kind in SECTIONS.items() for field in kind.__struct_fields__]
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
