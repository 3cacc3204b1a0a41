"""What fixes change, as a unified diff that `git apply` and `patch -p1` take, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import unified_diff

from bakehouse.model.finding import FixedFile

_ESCAPES = {
    **{code: f"\\{code:03o}" for code in (*range(32), 127)},
    **{ord(char): "\\" + letter for char, letter in zip('\a\b\t\n\v\f\r"\\', 'abtnvfr"\\', strict=True)},
}


def unified(files: Iterable[FixedFile]) -> bytes:
    """The diff of all files that changed. Bytes that are not UTF-8 stay as they are."""
    return b"".join(_file(file) for file in files if file.after != file.before)


def _file(file: FixedFile) -> bytes:
    before = _lines(file.before or b"")
    old = _quoted(f"a/{file.path}") if file.before is not None else "/dev/null"
    out = []
    for line in unified_diff(before, _lines(file.after), old, _quoted(f"b/{file.path}"), lineterm="\n"):
        out.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(out).encode("utf-8", "surrogateescape")


def _quoted(path: str) -> str:
    """A path as git writes it in a diff: in quotes where it has control characters, quotes or backslashes."""
    plain = path.translate(_ESCAPES)
    return path if plain == path else f'"{plain}"'


def _lines(data: bytes) -> list[str]:
    """Lines with their ends; only a line feed ends one, so that CRLF and form feeds stay inside."""
    text = data.decode("utf-8", "surrogateescape")
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
