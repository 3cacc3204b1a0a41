"""What all verbs share: -C, --json, -q, -v, and the one way to print a JSON object."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import msgspec

from bakehouse.errors import UsageError
from bakehouse.tools import run as tools_run


@dataclass(frozen=True, slots=True, kw_only=True)
class CliContext:
    """The shared options of one call. `directory` is absolute and exists."""

    directory: Path
    json: bool
    quiet: bool
    verbose: bool

    def say(self, text: str = "") -> None:
        """A line for people on stderr; nothing with -q."""
        if not self.quiet:
            click.echo(text, err=True)

    def out(self, text: str = "") -> None:
        """A line of the answer on stdout."""
        click.echo(text)


def common_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add -C, --json, -q and -v to a verb, which then takes `ctx: CliContext` first."""

    @click.option("-C", "--directory", default=".", metavar="DIR", help="Work in DIR instead of here.")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout, nothing else.")
    @click.option("-q", "--quiet", is_flag=True, help="Say only what was asked for, and errors.")
    @click.option("-v", "--verbose", is_flag=True, help="Show the commands that are run.")
    @functools.wraps(function)
    def wrapper(directory: str, as_json: bool, quiet: bool, verbose: bool, **options: Any) -> Any:
        root = Path(directory).expanduser()
        if not root.is_dir():
            raise UsageError(f"{directory} is not a directory", hint="give an existing directory to -C")
        if verbose:
            tools_run.set_echo(lambda line: click.echo(f"+ {line}", err=True))
        ctx = CliContext(directory=root.resolve(), json=as_json, quiet=quiet or as_json, verbose=verbose)
        return function(ctx, **options)

    return wrapper


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    raise NotImplementedError(f"no JSON form for {type(value).__name__}")


def _readable(value: Any) -> Any:
    """Plain data whose texts are Unicode: bytes of file names that are not UTF-8 become U+FFFD."""
    match value:
        case str():
            return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        case dict():
            return {_readable(key): _readable(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_readable(inner) for inner in value]
    return value


def emit_json(schema: str, payload: object) -> None:
    """Print `payload` (dataclasses, dicts, lists) as one object; `schema` (such as bakehouse.scan/1) comes first.

    The shapes are documented in docs/reference/json.md.
    """
    built = msgspec.to_builtins(payload, enc_hook=_plain)
    body = built if isinstance(built, dict) else {"items": built}
    try:
        data = msgspec.json.encode({"schema": schema, **body})
    except UnicodeEncodeError:  # a file name whose bytes are no UTF-8
        data = msgspec.json.encode(_readable({"schema": schema, **body}))
    sys.stdout.write(msgspec.json.format(data, indent=2).decode() + "\n")
    sys.stdout.flush()
