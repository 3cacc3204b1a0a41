"""Files that hold what was found out before: written in one step, and believed only when whole.

Enter a place, the format's name and a type; leave the value, or nothing where the file is missing, damaged, or of
another format. A wrong answer out of such a file could make a wrong identity, so each carries its own digest.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")


def load(place: Path, name: str, kind: type[T]) -> T | None:
    """The value kept at a place; None where there is none to be believed."""
    head = _head(name)
    try:
        data = place.read_bytes()
        begin, body = data[: len(head) + 32], data[len(head) + 32 :]
        if begin != head + hashlib.sha256(body).digest():
            return None
        return msgspec.msgpack.decode(body, type=kind)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


def save(place: Path, name: str, value: object) -> None:
    """Keep a value. A directory that cannot be written only costs the next run its time."""
    temporary = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        body = msgspec.msgpack.encode(value)
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(_head(name) + hashlib.sha256(body).digest() + body)
        temporary.replace(place)
    except (OSError, UnicodeEncodeError, msgspec.MsgspecError):
        temporary.unlink(missing_ok=True)


def _head(name: str) -> bytes:
    return f"bakehouse {name}\n".encode()
