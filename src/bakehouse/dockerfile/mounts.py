"""`RUN --mount=...` and `RUN --device=...`: one line of comma-separated values into typed fields.

Enter a flag's value (expanded or not); leave a `Mount`, or MountError with BuildKit's reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
SHARING = ("shared", "private", "locked")
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})
_SIZE = re.compile(r"\d+(?:\.\d+)? ?(?:[kKmMgGtTpP][iI]?)?[bB]?\Z")


class MountError(ValueError):
    """BuildKit refuses this mount or device."""


@dataclass(frozen=True, slots=True)
class Mount:
    """One mount of a RUN. `from_` names a stage, an image or a context; "" is the build context.

    `id` is the cache id or the secret's or ssh agent's id as written ("" where absent; see `cache_id`).
    """

    type: str = "bind"
    from_: str = ""
    source: str = ""
    target: str = ""
    read_only: bool = True
    id: str = ""
    sharing: str = ""
    required: bool = False
    size: str = ""
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    env: str | None = None

    @property
    def cache_id(self) -> str:
        """The id under which BuildKit keeps a cache mount: the target where none is given."""
        return self.id or clean_path(self.target)

    @property
    def secret_id(self) -> str:
        """The id of a secret mount: its id or source, else the last part of its target."""
        return self.id or self.source or self.target.rstrip("/").rpartition("/")[2]


def clean_path(path: str) -> str:
    """Go's path.Clean: no `.`, no inner `..`, no doubled or trailing slash."""
    rooted = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part != ".." or not rooted:
            parts.append(part)
    return ("/" if rooted else "") + "/".join(parts) or "."


def csv_fields(line: str) -> list[str]:
    """The fields of one CSV line with double quotes. Raises MountError."""
    if line.endswith("\n"):
        line = line[:-2] if line.endswith("\r\n") else line[:-1]
    if not line:
        raise MountError("it is empty (EOF)")
    fields: list[str] = []
    at, size = 0, len(line)
    while True:
        if not line.startswith('"', at):
            comma = line.find(",", at)
            field = line[at:] if comma < 0 else line[at:comma]
            if '"' in field:
                raise MountError('bare " in non-quoted field')
            fields.append(field)
            if comma < 0:
                return fields
            at = comma + 1
            continue
        out: list[str] = []
        at += 1
        while True:
            quote = line.find('"', at)
            if quote < 0:
                raise MountError('extraneous or missing " in quoted field')
            out.append(line[at:quote])
            at = quote + 1
            if not line.startswith('"', at):
                break
            out.append('"')
            at += 1
        fields.append("".join(out))
        if at == size:
            return fields
        if line[at] != ",":
            raise MountError('extraneous or missing " in quoted field')
        at += 1


def parse_bool(value: str, key: str) -> bool:
    """Go's strconv.ParseBool. Raises MountError."""
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise MountError(f"invalid value for {key}: {value}")


def check_unexpanded(value: str) -> Mount:
    """What the instruction layer checks before variables are known. Raises MountError.

    The result has only `from_`, the one field that takes no variables.
    """
    origin = ""
    for field in csv_fields(value):
        key, equals, text = field.partition("=")
        if equals and key.lower() == "from":
            sign = text.find("$")
            if sign not in (-1, len(text) - 1):
                raise MountError("'from' doesn't support variable expansion, define alias stage instead")
            origin = text
    return Mount(from_=origin)


def parse_mount(value: str, expand: Callable[[str], str] = str) -> Mount:
    """A mount with all its fields; `expand` gives each value its variables. Raises MountError."""
    seen = _Fields()
    for field in csv_fields(value):
        key, equals, text = field.partition("=")
        key = key.lower()
        if equals:
            seen.take(key, expand(text), field)
        elif key in ("readonly", "ro", "readwrite", "rw", "required"):
            seen.take(key, "true", field)
        else:
            raise MountError(f"invalid field '{field}' must be a key=value pair")
    return seen.mount()


class _Fields:
    """The fields of one mount while they are read, in order: some keys depend on the type read so far."""

    def __init__(self) -> None:
        self.type = "bind"
        self.text: dict[str, str] = {}
        self.numbers: dict[str, int] = {}
        self.read_only: bool | None = None
        self.required = False

    def take(self, key: str, value: str, field: str) -> None:
        """Take one field. Raises MountError."""
        match key:
            case "type":
                if value.lower() not in TYPES:
                    raise MountError(f'unsupported mount type "{value}"')
                self.type = value.lower()
            case "source" | "src":
                self.text["source"] = value
            case "target" | "dst" | "destination":
                self.text["target"] = value
            case "from" | "id" | "env":
                self.text[key] = value
            case "readonly" | "ro":
                self.read_only = parse_bool(value, key)
            case "readwrite" | "rw":
                self.read_only = not parse_bool(value, key)
            case "required" if self.type in ("secret", "ssh"):
                self.required = parse_bool(value, key)
            case "size" if self.type == "tmpfs":
                if not _SIZE.match(value):
                    raise MountError(f"invalid value for size: {value}")
                self.text[key] = value
            case "required" | "size":
                raise MountError(f"unexpected key '{key}' for mount type '{self.type}'")
            case "sharing":
                if value.lower() not in SHARING:
                    raise MountError(f'unsupported sharing value "{value}"')
                self.text[key] = value.lower()
            case "mode" | "uid" | "gid":
                digits = "01234567" if key == "mode" else "0123456789"
                if not value or value.strip(digits) or int(value, len(digits)) >= 2**32:
                    raise MountError(f"invalid value {value} for {key}")
                self.numbers[key] = int(value, len(digits))
            case _:
                raise MountError(f"unexpected key '{key}' in '{field}'")

    def mount(self) -> Mount:
        """The whole, with the checks that need all fields. Raises MountError."""
        text, kind = self.text, self.type
        if kind in ("bind", "tmpfs") and self.numbers:
            raise MountError(f'{next(iter(self.numbers))} not allowed for "{kind}" type mounts')
        if kind == "secret":
            if text.get("from"):
                raise MountError("secret mount should not have a from")
            if not (text.get("source") or text.get("target") or text.get("id")):
                raise MountError("invalid secret mount. one of source, target required")
            if text.get("source") and text.get("id"):
                raise MountError("both source and id can't be set")
        if text.get("sharing") and kind != "cache":
            raise MountError(f"invalid cache sharing set for {kind} mount")
        default = kind not in ("cache", "tmpfs")
        return Mount(
            type=kind,
            from_=text.get("from", ""),
            source=text.get("source", ""),
            target=text.get("target", ""),
            read_only=default if self.read_only is None else self.read_only,
            id=text.get("id", ""),
            sharing=text.get("sharing", ""),
            required=self.required,
            size=text.get("size", ""),
            mode=self.numbers.get("mode"),
            uid=self.numbers.get("uid"),
            gid=self.numbers.get("gid"),
            env=text.get("env"),
        )


def check_device(value: str) -> None:
    """BuildKit's check of `--device`. Raises MountError."""
    name = ""
    for field in csv_fields(value):
        key, equals, text = field.partition("=")
        match key.lower():
            case "required":
                if equals:
                    parse_bool(text, "required")
            case "name" if equals:
                if name:
                    raise MountError(f"device name already set to {name}")
                name = text
            case _ if not name:
                name = field
            case lower if equals:
                raise MountError(f"unexpected key '{lower}' in '{field}'")
            case _:
                raise MountError(f"invalid field '{field}' must be a key=value pair")
