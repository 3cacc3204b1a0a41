"""Contents of a few files, kept while layers stream by: which ones a caller says, how much has a limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

MOST_BYTES = 128 << 20
"""Of all kept contents together."""


@dataclass(slots=True)
class KeptFiles:
    """The contents by their raw sha256, so that what several layers or images have is kept once.

    `most_of` says how many bytes the file at a path may have to be kept; None: it is not wanted. What is larger, or
    comes when `limit` is reached, is not kept: whoever looks for it finds no content.
    """

    most_of: Callable[[str], int | None]
    limit: int = MOST_BYTES
    contents: dict[bytes, bytes] = field(default_factory=dict)
    size: int = 0

    def takes(self, path: str, size: int) -> bool:
        """Whether a file is wanted and small enough."""
        most = self.most_of(path)
        return most is not None and size <= min(most, self.limit - self.size)

    def add(self, digest: bytes, content: bytes) -> None:
        """Keep a content."""
        if digest not in self.contents:
            self.contents[digest] = content
            self.size += len(content)
