"""One change of a file's bytes: what a fix is made of, wherever it is made, shown or applied."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the bytes `start:end` by `text`; an empty span inserts, an empty text deletes."""

    start: int
    end: int
    text: bytes = b""
