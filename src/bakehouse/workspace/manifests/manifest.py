"""What a manifest says, whatever the ecosystem."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bakehouse.errors import WorkspaceError


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`dependencies` are names; `path_dependencies` directories as written, relative to the manifest's own.

    `workspaces` are the globs of member packages; `runnable` says that something here can be started.
    """

    ecosystem: str
    path: str
    name: str | None = None
    version: str | None = None
    dependencies: tuple[str, ...] = ()
    path_dependencies: tuple[str, ...] = ()
    scripts: Mapping[str, str] = field(default_factory=dict)
    workspaces: tuple[str, ...] = ()
    runnable: bool = False


def parse_toml(text: str, path: str) -> dict[str, Any]:
    """A TOML document, or WorkspaceError with file and line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        message = str(error).partition(" (at")[0]
        line = int(where[1]) if where else None
        raise WorkspaceError(f"invalid TOML: {message}", path=path, line=line) from error


def table(value: Any, *keys: str) -> dict[str, Any]:
    """The table at the end of the keys, {} where anything on the way is missing or is no table."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> tuple[str, ...]:
    """The strings of a list, () for anything else."""
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def text_of(value: Any) -> str | None:
    """The value where it is a string."""
    return value if isinstance(value, str) else None
