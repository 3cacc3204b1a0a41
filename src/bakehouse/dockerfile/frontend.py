"""Which frontend image a build file asks for, as BuildKit looks for it before any parser runs.

Enter the bytes of a file; leave the image of `# syntax=`. Looked for in this order: `#` directives (after a
`#!` line too), `//` directives, and a JSON object with the key `syntax`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_DIRECTIVE = re.compile(rb"([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+)", re.DOTALL)
_NAMES = frozenset({b"syntax", b"escape", b"check"})
_MAX_JSON = 1 << 20  # bytes: a Dockerfile is not JSON, and a larger one need not be tried


def detect_frontend(data: bytes) -> str | None:
    """The image that the file names, without its arguments; None where it names none."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data.startswith(b"#!"):
        data = data.partition(b"\n")[2]
    for prefix in (b"#", b"//"):
        value = dict(_directives(data, prefix)).get(b"syntax")
        if value is not None:
            return value.decode("utf-8", "replace").split(" ", 1)[0]
    return _from_json(data) if data[:64].lstrip()[:1] == b"{" else None


def _directives(data: bytes, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The directives at the head of the file, up to the first line that is none or repeats one."""
    at, seen = 0, set()
    while at < len(data):
        end = data.find(b"\n", at)
        line = data[at : end if end >= 0 else len(data)].removesuffix(b"\r")
        at = end + 1 if end >= 0 else len(data)
        match = _DIRECTIVE.fullmatch(line[len(prefix) :].strip()) if line.startswith(prefix) else None
        name = match[1].lower() if match else b""
        if match is None or name not in _NAMES or name in seen:
            return
        seen.add(name)
        yield name, match[2]


def _from_json(data: bytes) -> str | None:
    try:
        found = json.loads(data) if len(data) <= _MAX_JSON else None
    except (ValueError, RecursionError):
        return None
    value = found.get("syntax") if isinstance(found, dict) else None
    return value if isinstance(value, str) else None
