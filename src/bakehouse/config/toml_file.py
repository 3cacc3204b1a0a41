"""bakehouse.toml as text in; its values and the line of each key out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bakehouse.errors import ConfigError

CONFIG_NAME = "bakehouse.toml"

Lines = Mapping[tuple[str, ...], int]  # key path -> line of bakehouse.toml


def read(path: Path) -> tuple[dict[str, Any], dict[tuple[str, ...], int]]:
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


def line_of(path: tuple[str, ...], lines: Lines) -> int | None:
    """The line of a key, or of the nearest table around it."""
    for depth in range(len(path), 0, -1):
        if path[:depth] in lines:
            return lines[path[:depth]]
    return None
